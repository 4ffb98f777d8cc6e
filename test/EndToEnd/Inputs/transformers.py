#!/usr/bin/env python3
"""The transformers of the shared folder, compiled whole and run.

  transformers.py MODELS FOLDER MACHINE [MODE...]

Every f32 export (ONNX of three exporters, TOSA, linalg) on MACHINE in each MODE (default: functional). MACHINE `smallest` stands for
each mesh of the fewest PEs that hold the export (test/benchmarks/smallest-mesh.py). Prints a line for each export and mesh; exit
code 1 if one is wrong."""
import importlib
import json
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
smallest_mesh = importlib.import_module("smallest-mesh")

# Twice the PEs that the largest export takes.
MOST_PES = 12
ARCHITECTURES = ["bert", "gpt2", "gptj", "gptneox", "llama"]


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def find_cases(models):
    """Name, source, input, expected output and bound dimensions of each export."""
    for name in ARCHITECTURES:
        for export in ("ts-f32", "ts-f32-symbolic", "dyn-f32"):
            case = models / f"{name}-{export}"
            dims = json.loads((case / "case.json").read_text())["dims"] if "symbolic" in export else {}
            data = case / "test_data_set_0"
            yield f"{name} {export}", case / "model.onnx", data / "input_0.pb", data / "output_0.pb", dims
        case = models / f"{name}-mlir-f32"
        for source in ("tosa", "linalg"):
            yield f"{name} {source}", case / f"{source}.mlir", case / "input_ids.npy", case / "logits.npy", {}


def check(folder, source, given, expected, dims, machine, modes):
    program = folder / "program.wafer"
    run("waferc", source, f"--machine={machine}", *[f"--dim={k}={v}" for k, v in dims.items()], "-o", program)
    outputs = [folder / f"{mode}.npy" for mode in modes]
    for mode, output in zip(modes, outputs):
        run("wafer-run", program, f"--mode={mode}", "--input", given, "--expect", expected, "--rms=1e-5", "--output",
            output)
    if len({output.read_bytes() for output in outputs}) != 1:
        raise RuntimeError("functional and cycle executor differ")


def machines(folder, source, dims, machine):
    if machine != "smallest":
        return [machine]
    try:
        shapes = smallest_mesh.find_smallest("waferc", source, dims, MOST_PES, folder / "program.wafer")
    except smallest_mesh.OtherError as error:
        raise RuntimeError(str(error)) from error
    if not shapes:
        raise RuntimeError(f"needs more than {MOST_PES} PEs")
    return ["mesh<%dx%d>" % shape for shape in shapes]


def main():
    models, folder, machine = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    modes = sys.argv[4:] or ["functional"]
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name, source, given, expected, dims in find_cases(models):
        try:
            for each in machines(folder, source, dims, machine):
                check(folder, source, given, expected, dims, each, modes)
                print(f"right: {name} on {each}", flush=True)
        except RuntimeError as error:
            failed += 1
            print(f"wrong: {name} on {machine}: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
