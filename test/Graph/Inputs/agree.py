"""Runs every function of a file before and after a pass and compares the outputs.

    agree.py FILE PASS [wafer-run options]

The inputs are random (wafer-run --random-inputs). Functions with f16 are compared with the tolerance that docs/Conformance.md has
for it: one rounding in place of several shows there. Prints `agree: N functions, M changed`; the exit code is 1 if outputs differ.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

path, name, *options = sys.argv[1:]
text = pathlib.Path(path).read_text()
functions = re.findall(r"^func\.func @(\w+)\(.*?^}\n", text, re.M | re.S)
bodies = [match.group(0) for match in re.finditer(r"^func\.func @\w+\(.*?^}\n", text, re.M | re.S)]


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    return result.returncode, result.stdout + result.stderr


changed, failed = 0, []
with tempfile.TemporaryDirectory() as folder:
    before, after = f"{folder}/before.mlir", f"{folder}/after.mlir"
    for function, body in zip(functions, bodies):
        pathlib.Path(before).write_text(body)
        code, said = run("wafer-opt", before, "-o", f"{folder}/same.mlir")
        code, said = (code, said) if code else run("wafer-opt", before, f"-{name}", "-o", after)
        count = body.split("{")[0].split("->")[1].count("tensor<")
        outputs = [f"{folder}/{i}.npy" for i in range(count)]
        files = [word for output in outputs for word in ("--output", output)]
        expected = [word for output in outputs for word in ("--expect", output)]
        narrow = ["--atol=2.5e-3"] if "f16" in body else []
        for program, extra in ((before, files), (after, expected)):
            if code == 0:
                code, said = run("wafer-run", program, "--mode=reference", "--random-inputs", "--seed=3", *extra, *narrow, *options)
        if code:
            failed.append(function)
            print(f"@{function}:\n{said}")
        elif pathlib.Path(f"{folder}/same.mlir").read_text() != pathlib.Path(after).read_text():
            changed += 1
print(f"agree: {len(functions)} functions, {changed} changed" + (f", different: {' '.join(failed)}" if failed else ""))
sys.exit(1 if failed or not functions else 0)
