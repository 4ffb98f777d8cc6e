"""Runs each program of a file of TOSA or linalg twice, and compares: compare-with-runner.py FILE FOLDER

LLVM's own lowering to loops, in mlir-runner, says what the ops mean; `wafer-run --mode=reference` evaluates the graph that
they are imported as. Each program, after a line `//--- NAME`, has a function @forward whose inputs are made here; it is left
in FOLDER/NAME/model.mlir. Where LLVM has no lowering, the same in other ops follows a line `//=== for LLVM`.
"""
import array
import pathlib
import re
import subprocess
import sys

PIPELINE = ("builtin.module(func.func(tosa-optional-decompositions,tosa-infer-shapes,tosa-make-broadcastable,"
            "tosa-to-linalg-named,tosa-to-linalg,tosa-to-arith{include-apply-rescale=true},tosa-to-tensor),canonicalize,"
            "func.func(convert-elementwise-to-linalg),convert-tensor-to-linalg,canonicalize,"
            "one-shot-bufferize{bufferize-function-boundaries},func.func(convert-linalg-to-loops),expand-strided-metadata,"
            "lower-affine,convert-scf-to-cf,convert-math-to-llvm,convert-math-to-libm,"
            "convert-index-to-llvm,arith-expand,finalize-memref-to-llvm,convert-func-to-llvm,convert-cf-to-llvm,"
            "convert-arith-to-llvm,reconcile-unrealized-casts)")
# Names of an element type in numpy's files, Python's arrays and the runner's library.
TYPES = {"f32": ("<f4", "f", "F32"), "i32": ("<i4", "i", "I32"), "i64": ("<i8", "q", "I64")}


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))[:300]}\n{done.stdout[-2000:]}{done.stderr[:4000]}")
    return done.stdout


def count(shape):
    product = 1
    for size in shape:
        product *= size
    return product


def parse_type(text):
    *shape, element = re.fullmatch(r"tensor<(.*)>", text.strip()).group(1).split("x")
    return [int(size) for size in shape], element


def write_npy(path, shape, element, values):
    descr, code, _ = TYPES[element]
    dims = "".join(f"{size}, " for size in shape)
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({dims}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + array.array(code, values).tobytes())


def make_values(element, number, seed):
    """Quarters of integers, exact in every format: sums do not depend on their order."""
    state, values = seed, []
    for _ in range(number):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        value = (state >> 33) % 33 - 16
        values.append(value / 4 if element == "f32" else abs(value) % 3)
    return values


def nest(values, shape):
    if not shape:
        return str(values[0])
    step = len(values) // shape[0]
    return "[" + ", ".join(nest(values[i * step:(i + 1) * step], shape[1:]) for i in range(shape[0])) + "]"


def split_signature(program):
    inputs, results = re.search(r"func\.func @forward\((.*?)\) -> (.*?) \{", program, re.S).groups()
    return re.findall(r"tensor<[^>]*>", inputs), re.findall(r"tensor<[^>]*>", results)


def make_main(inputs, results, values):
    lines, arguments = [], []
    for i, (text, data) in enumerate(zip(inputs, values)):
        shape, _ = parse_type(text)
        lines.append(f"%a{i} = arith.constant dense<{nest(data, shape)}> : {text}")
        arguments.append(f"%a{i}")
    assigned = f"%r:{len(results)}"
    lines.append(f"{assigned} = call @forward({', '.join(arguments)}) : ({', '.join(inputs)}) -> ({', '.join(results)})")
    externs = set()
    for i, text in enumerate(results):
        _, element = parse_type(text)
        name = "printMemref" + TYPES[element][2]
        externs.add(f"func.func private @{name}(tensor<*x{element}>)")
        lines.append(f"%u{i} = tensor.cast %r#{i} : {text} to tensor<*x{element}>")
        lines.append(f"call @{name}(%u{i}) : (tensor<*x{element}>) -> ()")
    body = "\n  ".join(lines)
    return "\n".join(sorted(externs)) + f"\nfunc.func @main() {{\n  {body}\n  return\n}}\n"


def read_printed(text):
    """The numbers of each printed tensor."""
    parts = re.split(r"Unranked Memref[^\n]*data = ?\n?", text)[1:]
    return [re.findall(r"-?inf|-?nan|[-+0-9.e]+", part) for part in parts]


def compare(program, folder, llvm):
    inputs, results = split_signature(program)
    folder.mkdir(parents=True, exist_ok=True)
    values = []
    for i, text in enumerate(inputs):
        shape, element = parse_type(text)
        values.append(make_values(element, count(shape), 7 * i + 1))
    program, _, other = program.partition("//=== for LLVM\n")
    program = re.sub(r"//[^\n]*", "", program)
    lowered = run(["mlir-opt", "-", f"--pass-pipeline={PIPELINE}"], (other or program) + make_main(inputs, results, values))
    libraries = ",".join(str(llvm / name) for name in ("libmlir_runner_utils.so", "libmlir_c_runner_utils.so"))
    printed = read_printed(run(["mlir-runner", "-e", "main", "-entry-point-result=void", f"-shared-libs={libraries}"], lowered))
    model = folder / "model.mlir"
    model.write_text(program)
    command = ["wafer-run", str(model), "--mode=reference", "--rtol=2e-5", "--atol=2e-6"]
    for i, (text, data) in enumerate(zip(inputs, values)):
        write_npy(folder / f"input{i}.npy", *parse_type(text), data)
        command += ["--input", str(folder / f"input{i}.npy")]
    for i, text in enumerate(results):
        shape, element = parse_type(text)
        numbers = [float(x) if element == "f32" else int(x) for x in printed[i]]
        write_npy(folder / f"output{i}.npy", shape, element, numbers)
        command += ["--expect", str(folder / f"output{i}.npy")]
    run(command)


def main():
    path, folder = map(pathlib.Path, sys.argv[1:])
    opt = run(["sh", "-c", "command -v mlir-opt"]).strip()
    llvm = pathlib.Path(opt).resolve().parent.parent / "lib"
    _, *parts = re.split(r"^//--- (.*)\n", path.read_text(), flags=re.M)
    for name, program in zip(parts[::2], parts[1::2]):
        print("program", name, flush=True)
        compare(program, folder / name, llvm)
    print("all", len(parts) // 2, "programs agree")


if __name__ == "__main__":
    main()
