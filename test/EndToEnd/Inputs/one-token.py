#!/usr/bin/env python3
"""Transformers with sequences of one token, compiled and run.

  one-token.py FOLDER [MODELS]

Every generated model, and the exports of symbolic dimensions in the shared folder MODELS, for one and for two sequences, in the
functional executor and the reference. Prints a line for each; exit code 1 if one is wrong."""
import json
import subprocess
import sys
from pathlib import Path

GENERATED = ["gpt-neox-20b", "gpt-j-6b", "gpt3-xl", "gpt3-13b"]
SIZES = ["--part=model", "--layers=2", "--hidden=32", "--heads=4", "--vocab=19", "--positions=8"]
EXPORTS = ["bert", "gpt2", "gptj", "gptneox", "llama"]


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def find_cases(folder, models):
    """Name, source and bound dimensions."""
    if models:
        for export in EXPORTS:
            case = Path(models) / f"{export}-ts-f32-symbolic"
            names = json.loads((case / "case.json").read_text())["dims"]
            for batch in (1, 2):
                yield f"{export}, batch {batch}", case / "model.onnx", {k: batch if k == "batch" else 1 for k in names}
        return
    for model in GENERATED:
        # Opset 20 spells rotary embedding and attention out; a whole head turns, or a quarter.
        for options in ([], ["--opset=23"], *([["--rotary=8"]] if "gpt3" not in model else [])):
            for batch in (1, 2):
                source = folder / "model.onnx"
                run("wafer-models", model, *SIZES, *options, f"--batch={batch}", "--sequence=1", "-o", source)
                yield f"{model} {' '.join(options)}, batch {batch}", source, {}


def check(folder, source, dims):
    graph, program, expected = folder / "graph.mlir", folder / "program.wafer", folder / "expected.npy"
    bound = [f"--dim={name}={size}" for name, size in dims.items()]
    run("waferc", source, *bound, "--emit=graph", "-o", graph)
    run("waferc", source, *bound, "--machine=mesh<8x3>", "-o", program)
    run("wafer-run", graph, "--mode=reference", "--random-inputs", "--output", expected)
    run("wafer-run", program, "--mode=functional", "--random-inputs", "--expect", expected, "--rms=1e-5")


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name, source, dims in find_cases(folder, sys.argv[2] if len(sys.argv) > 2 else None):
        try:
            check(folder, source, dims)
            print(f"right: {name}", flush=True)
        except RuntimeError as error:
            failed += 1
            print(f"wrong: {name}: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
