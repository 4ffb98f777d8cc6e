#!/usr/bin/env python3
"""Prints the cycles that the cost model gives beside those that the cycle executor counts, for products of many shapes, and
those that the functional executor derives.

    test/benchmarks/model-of-cycles.py [--bin build/bin] [--limit PERCENT] [--few]

The planner (include/wafer/Kernels/Planner.h) chooses rectangles, blocks and launches by the modelled cycles; docs/Kernels.md has
the formula. With --limit the exit code is 1 if the model is further off than that for a shape.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# machine, tokens, layer sizes, weights ("" is the compiler's own choice), and rectangles written by hand: (at, to) as text.
CASES = [
    ("mesh<4x4>", 8, [16, 24], "", None),
    ("mesh<4x4>", 64, [64, 64], "", None),
    ("mesh<8x8>", 64, [128, 128], "", None),
    ("mesh<8x8>", 13, [37, 53], "", None),
    ("mesh<8x8>", 8, [512, 64], "", None),
    ("mesh<8x8>", 256, [64, 16], "", None),
    ("mesh<8x8>", 64, [64, 64], "", ("<0:8, 0:8>", "<0:1, 0:8>")),
    ("mesh<8x8>", 64, [64, 64], "", ("<0:1, 0:8>", "<0:8, 0:8>")),
    ("mesh<8x8>", 64, [64, 64], "", ("<0:8, 0:8>", "<0:8, 0:8>")),
    ("mesh<8x8>", 64, [64, 64], "", ("<0:4, 0:8>", "<4:8, 0:8>")),
    ("mesh<16x16>", 64, [64, 200, 120, 10], "", None),
    ("mesh<16x16>", 256, [256, 256], "", None),
    ("mesh<32x8>", 16, [256, 128], "", None),
    ("mesh<64x2>", 4, [256, 64], "", None),
    ("mesh<64x2>", 2, [64, 64], "", ("<0:64, 0:2>", "<0:64, 0:2>")),
    ("mesh<2x64>", 128, [32, 32], "", None),
    ("mesh<8x8>", 16, [64, 64], "streamed", None),
    ("mesh<8x8>", 64, [64, 64], "streamed", None),
    ("mesh<8x8>", 256, [64, 64], "streamed", None),
    ("mesh<16x16>", 16, [256, 128], "streamed", None),
    ("mesh<16x16>", 256, [128, 128], "streamed", None),
    ("mesh<16x16>", 512, [96, 384, 96], "streamed", None),
    ("mesh<32x16>", 32, [64, 192], "streamed", None),
]
FEW = [0, 3, 6, 9, 13, 16, 20]


def graph(tokens, sizes):
    """A perceptron whose weights are inputs, as text."""
    weights = [f"%w{i}: tensor<{a}x{b}xf32>" for i, (a, b) in enumerate(zip(sizes, sizes[1:]))]
    lines = [f"func.func @main(%v0: tensor<{tokens}x{sizes[0]}xf32>, {', '.join(weights)}) -> tensor<{tokens}x{sizes[-1]}xf32> {{"]
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        lines.append(f"  %v{i + 1} = graph.matmul %v{i}, %w{i} : (tensor<{tokens}x{a}xf32>, tensor<{a}x{b}xf32>) -> tensor<{tokens}x{b}xf32>")
    lines += [f"  return %v{len(sizes) - 1} : tensor<{tokens}x{sizes[-1]}xf32>", "}"]
    return "\n".join(lines) + "\n"


def run(*command):
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"model-of-cycles: error: {' '.join(map(str, command))}\n{result.stderr}")


def measure(bin, folder, machine, tokens, sizes, weights, rects):
    """Modelled and counted cycles, and what was decided, of one case."""
    (folder / "graph.mlir").write_text(graph(tokens, sizes))
    run(bin / "waferc", folder / "graph.mlir", f"--machine={machine}", "--emit=sharded", "-o", folder / "sharded.mlir")
    text = (folder / "sharded.mlir").read_text()
    if weights:
        text = re.sub("weights = [a-z]+", f"weights = {weights}", text)
    if rects:
        text = re.sub(r"(dataflow\(#wafer.product<[^>]*>\))", rf"\1 at {rects[0]} to {rects[1]}", text)
    (folder / "sharded.mlir").write_text(text)
    run(bin / "waferc", folder / "sharded.mlir", "--emit=placed", "-o", folder / "placed.mlir")
    run(bin / "waferc", folder / "placed.mlir", "-o", folder / "program.wafer", "--json", folder / "compile.json")
    for mode in ("cycle", "functional"):
        run(bin / "wafer-run", folder / "program.wafer", f"--mode={mode}", "--random-inputs", "--json", folder / f"{mode}.json")
    placed = (folder / "placed.mlir").read_text()
    launches = re.search(r"launches\((\d+)\)", placed).group(1)
    kernels = re.findall(r"weights = (\w+)(?:, pieces = (\d+))?>\) at <(\d+ : \d+), \d+ : \d+> to <(\d+ : \d+)", placed)
    choice = " ".join(f"{at.replace(' ', '')} to {to.replace(' ', '')} {kind} x{pieces or 1}," for kind, pieces, at, to in kernels)
    modelled = json.loads((folder / "compile.json").read_text())["modelled_cycles"]
    counted = json.loads((folder / "cycle.json").read_text())["cycles"]
    timed = json.loads((folder / "functional.json").read_text())["cycles"]
    return modelled, counted, timed, f"{choice} {launches} launch{'es' if launches != '1' else ''}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "build" / "bin")
    parser.add_argument("--limit", type=float)
    parser.add_argument("--few", action="store_true", help="a part of the cases")
    options = parser.parse_args()
    worst, worst_timed = 0.0, 0.0
    print("| machine | tokens | layers | decided | modelled | counted | model / count | functional / count |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for case in ([CASES[i] for i in FEW] if options.few else CASES):
            machine, tokens, sizes = case[:3]
            modelled, counted, timed, choice = measure(options.bin, pathlib.Path(name), *case)
            worst = max(worst, abs(modelled / counted - 1) * 100)
            worst_timed = max(worst_timed, abs(timed / counted - 1) * 100)
            layers = " → ".join(map(str, sizes))
            print(f"| `{machine}` | {tokens} | {layers} | {choice} | {modelled:,} | {counted:,} | {modelled / counted:.2f} "
                  f"| {timed / counted:.3f} |", flush=True)
    print(f"\nworst: model {worst:.1f} %, functional {worst_timed:.1f} %")
    sys.exit(1 if options.limit is not None and worst > options.limit else 0)


if __name__ == "__main__":
    main()
