#!/usr/bin/env python3
"""A generated layer at reduced width in all executors.

  layer-cycles.py FOLDER MESH HIDDEN HEADS TOKENS MODEL...

The outputs of the functional executor, whole and section by section, and of the cycle executor must be the same bytes, and the
functional executor's cycles, which it derives from streams in the place of routers, within 5 % of those that the cycle executor
counts. Prints a line for each model, a row of the table in docs/Models.md; exit code 1 if one is wrong."""
import json
import subprocess
import sys
from pathlib import Path

LIMIT_PERCENT = 5
RUNS = {
    "functional": ["--mode=functional", "--sections=never"],
    "sections": ["--mode=functional", "--sections=always"],
    "cycle": ["--mode=cycle"],
}


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def measure(folder, mesh, hidden, heads, tokens, model):
    """The cycles of each run, and whether all gave the same bytes."""
    source, program = folder / "layer.onnx", folder / "layer.wafer"
    run("wafer-models", model, "--layers=1", f"--hidden={hidden}", f"--heads={heads}", f"--sequence={tokens}", "-o", source)
    run("waferc", source, f"--machine=mesh<{mesh}>", "-o", program)
    cycles, outputs = {}, set()
    for name, options in RUNS.items():
        output, report = folder / f"{name}.npy", folder / f"{name}.json"
        run("wafer-run", program, *options, "--random-inputs", "--output", output, "--json", report)
        cycles[name] = json.loads(report.read_text())["cycles"]
        outputs.add(output.read_bytes())
    return cycles, len(outputs) == 1


def main():
    folder = Path(sys.argv[1])
    mesh, hidden, heads, tokens = sys.argv[2], *map(int, sys.argv[3:6])
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for model in sys.argv[6:]:
        try:
            cycles, isSame = measure(folder, mesh, hidden, heads, tokens, model)
        except RuntimeError as error:
            failed += 1
            print(f"wrong: {model} on {mesh}: {error}", flush=True)
            continue
        off = [100 * (cycles[name] / cycles["cycle"] - 1) for name in ("functional", "sections")]
        right = isSame and max(map(abs, off)) <= LIMIT_PERCENT
        failed += not right
        print(f"{'right' if right else 'wrong'}: | `mesh<{mesh}>` | {tokens} | {hidden} | {heads} | `{model}` | {cycles['cycle']:,} "
              f"| {cycles['functional']:,} | {off[0]:+.3f} % | in sections {off[1]:+.3f} %, "
              f"{'the same' if isSame else 'other'} bytes", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
