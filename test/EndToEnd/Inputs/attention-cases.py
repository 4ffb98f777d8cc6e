#!/usr/bin/env python3
"""Attention on meshes: generated graphs, compiled, run in the functional and the cycle executor, compared.

  attention-cases.py FOLDER

Each case is a graph of projections, rotary embedding and graph.attention. The functional run must be close to the reference,
and the cycle run give its bytes. Exit code 1 if a case fails."""
import re
import subprocess
import sys
from pathlib import Path


def tensor(*shape):
    return "tensor<" + "x".join(map(str, shape)) + "xf32>"


class Graph:
    """One attention of `heads` heads that share `groups` heads of keys and values."""

    def __init__(self, batch=1, tokens=8, heads=2, groups=None, size=8, value_size=None, causal=True, pairs=0,
                 interleaved=False, fused=False, mask=None, inputs=12):
        self.__dict__.update(locals())
        self.groups = groups or heads
        self.value_size = value_size or size
        self.arguments = [f"%x: {tensor(batch * tokens, inputs)}"]
        self.ops = []

    def project(self, name, features):
        rows = self.batch * self.tokens
        self.arguments.append(f"%w{name}: {tensor(self.inputs, features)}")
        self.ops += [
            f"%b{name} = graph.constant dense<0.25> : {tensor(features)}",
            f"%m{name} = graph.matmul %x, %w{name} : ({tensor(rows, self.inputs)}, {tensor(self.inputs, features)})"
            f" -> {tensor(rows, features)}",
            f"%{name} = graph.add %m{name}, %b{name} : ({tensor(rows, features)}, {tensor(features)})"
            f" -> {tensor(rows, features)}"
        ]

    def split(self, heads):
        b, s = self.batch, self.tokens
        if self.fused:
            rows, d, h = b * s, self.size, self.heads
            self.project("qkv", 3 * h * d)
            self.ops.append(f"%r = graph.reshape %qkv : {tensor(rows, 3 * h * d)} -> {tensor(b, s, h, 3 * d)}")
            for i, name in enumerate("qkv"):
                self.ops.append(f"%{name}4 = graph.slice %r starts [0, 0, 0, {i * d}] sizes [{b}, {s}, {h}, {d}] "
                                f"steps [1, 1, 1, 1] : ({tensor(b, s, h, 3 * d)}) -> {tensor(b, s, h, d)}")
        for name, (h, d) in heads.items():
            if not self.fused:
                self.project(name, h * d)
                self.ops.append(f"%{name}4 = graph.reshape %{name} : {tensor(b * s, h * d)} -> {tensor(b, s, h, d)}")
            self.ops.append(f"%{name}t = graph.transpose %{name}4 perm [0, 2, 1, 3] : ({tensor(b, s, h, d)})"
                            f" -> {tensor(b, h, s, d)}")

    def result_type(self):
        return tensor(self.batch * self.tokens, self.heads * self.value_size)

    def write(self):
        b, s, h, d, e = self.batch, self.tokens, self.heads, self.size, self.value_size
        heads = {"q": (h, d), "k": (self.groups, d), "v": (self.groups, e)}
        self.split(heads)
        query, key = "%qt", "%kt"
        if self.pairs:
            angles = tensor(s, self.pairs)
            self.arguments += [f"%cos: {angles}", f"%sin: {angles}"]
            style = " {interleaved}" if self.interleaved else ""
            for name in "qk":
                own = tensor(b, heads[name][0], s, d)
                self.ops.append(f"%{name}r = graph.rotary_embedding %{name}t, %cos, %sin{style} : "
                                f"({own}, {angles}, {angles}) -> {own}")
            query, key = "%qr", "%kr"
        mask = mask_type = ""
        if self.mask:
            self.arguments.append(f"%mask: {tensor(*self.mask)}")
            mask, mask_type = " mask %mask", ", " + tensor(*self.mask)
        causal = " {causal = 0 : i64}" if self.causal else ""
        result = tensor(b, h, s, e)
        self.ops += [
            f"%a = graph.attention {query}, {key}, %vt{mask} scale 0.5{causal} : ({tensor(b, h, s, d)}, "
            f"{tensor(b, self.groups, s, d)}, {tensor(b, self.groups, s, e)}{mask_type}) -> {result}",
            f"%at = graph.transpose %a perm [0, 2, 1, 3] : ({result}) -> {tensor(b, s, h, e)}",
            f"%y = graph.reshape %at : {tensor(b, s, h, e)} -> {tensor(b * s, h * e)}"
        ]

    def num_results(self):
        return 1

    def text(self):
        return Together(self).text()


class Together:
    """Several attentions in one function, and so in one program; their results, or the sum of these."""

    def __init__(self, *graphs, added=False):
        self.graphs, self.added = graphs, added

    def num_results(self):
        return 1 if self.added else len(self.graphs)

    def text(self):
        arguments, ops, types = [], [], [graph.result_type() for graph in self.graphs]
        for i, graph in enumerate(self.graphs):
            graph.write()
            arguments += [re.sub("%", f"%g{i}", text) for text in graph.arguments]
            ops += [re.sub("%", f"%g{i}", text) for text in graph.ops]
        results = [f"%g{i}y" for i in range(len(self.graphs))]
        if self.added:
            ops.append(f"%sum = graph.add {results[0]}, {results[1]} : ({types[0]}, {types[1]}) -> {types[0]}")
            results, types = ["%sum"], types[:1]
        return (f"func.func @main({', '.join(arguments)}) -> ({', '.join(types)}) {{\n  " + "\n  ".join(ops) +
                f"\n  return {', '.join(results)} : {', '.join(types)}\n}}\n")


# Name, graph, machine, segments and blocks by hand (None: what the planner takes).
CASES = [
    ("one head, whose result is tokens by features as it is", Graph(tokens=7, heads=1, value_size=5), "mesh<5x3>", None),
    ("one head a column", Graph(tokens=13, heads=4, size=6), "mesh<4x5>", None),
    ("two heads a column, blocks of keys", Graph(tokens=13, heads=4, size=6), "mesh<2x5>", (1, 3)),
    ("three columns a head, two segments", Graph(), "mesh<6x4>", (2, 2)),
    ("uneven columns, three segments", Graph(tokens=12), "mesh<7x6>", (3, 2)),
    ("both ways between hubs", Graph(tokens=12, causal=False), "mesh<6x6>", (3, 2)),
    ("every row a hub", Graph(tokens=7, causal=False), "mesh<4x7>", (7, 1)),
    ("two sequences, other size of values", Graph(batch=2, tokens=9, size=6, value_size=4), "mesh<7x6>", (3, 1)),
    ("one row, one column", Graph(tokens=5, heads=2, size=4), "mesh<1x1>", None),
    ("sequences in launches", Graph(batch=4, tokens=5), "mesh<4x2>", None),
    ("half-split pairs of a quarter of the head", Graph(batch=2, tokens=9, size=8, pairs=1), "mesh<7x6>", (3, 1)),
    ("interleaved pairs", Graph(batch=2, tokens=9, pairs=2, interleaved=True), "mesh<7x6>", None),
    ("fused projection, whole head turned", Graph(batch=2, tokens=9, pairs=4, interleaved=True, fused=True), "mesh<7x6>", None),
    ("keys shared by pairs of heads", Graph(tokens=9, heads=4, groups=2, pairs=2), "mesh<9x9>", None),
    ("keys shared by all", Graph(tokens=40, heads=3, groups=1, size=24, value_size=16, causal=False, pairs=12,
                                 interleaved=True), "mesh<20x20>", (4, 2)),
    ("a mask of queries and keys", Graph(batch=2, tokens=9, causal=False, mask=(9, 9)), "mesh<7x6>", None),
    ("a mask of keys", Graph(batch=2, tokens=9, causal=False, mask=(2, 1, 1, 9)), "mesh<7x6>", None),
    ("a mask of each head, under a causal one", Graph(batch=3, tokens=5, mask=(1, 2, 5, 5)), "mesh<1x6>", None),
    ("two attentions, other sequences", Together(Graph(batch=2, tokens=5), Graph(batch=3, tokens=7)), "mesh<4x7>", None),
    ("a long and a short one", Together(Graph(tokens=13), Graph(tokens=3, heads=4, size=4)), "mesh<6x7>", None),
    ("a short and a long one, segments", Together(Graph(tokens=4), Graph(tokens=16, causal=False)), "mesh<2x8>", (4, 1)),
    ("4 and 6 sequences, two launches", Together(Graph(batch=4, tokens=3), Graph(batch=6, tokens=2)), "mesh<3x7>", None),
    ("4 and 6 heads on the same columns", Together(Graph(tokens=6, heads=4, size=6), Graph(tokens=6, heads=6, size=4),
                                                   added=True), "mesh<8x3>", None),
]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def check(folder, graph, machine, split):
    source, sharded, program = folder / "graph.mlir", folder / "sharded.mlir", folder / "program.wafer"
    source.write_text(graph.text())
    run("waferc", source, "--machine=" + machine, "--emit=sharded", "-o", sharded)
    if split:
        flow = f"#wafer.attention<segments = {split[0]}, blocks = {split[1]}>"
        sharded.write_text(sharded.read_text().replace("dataflow(#wafer.attention)", f"dataflow({flow})"))
    run("waferc", sharded, "-o", program)
    files = {mode: [folder / f"{mode}{i}.npy" for i in range(graph.num_results())]
             for mode in ("reference", "functional", "cycle")}

    def given(option, mode):
        return [word for file in files[mode] for word in (option, file)]

    run("wafer-run", source, "--mode=reference", "--random-inputs", *given("--output", "reference"))
    for mode in ("functional", "cycle"):
        run("wafer-run", program, "--mode=" + mode, "--random-inputs", *given("--output", mode),
            *given("--expect", "reference"), "--rms=1e-6")
    for functional, cycle in zip(files["functional"], files["cycle"]):
        if functional.read_bytes() != cycle.read_bytes():
            raise RuntimeError("functional and cycle executor differ")


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name, graph, machine, split in CASES:
        try:
            check(folder, graph, machine, split)
            print(f"right: {name} ({machine})")
        except RuntimeError as error:
            failed += 1
            print(f"wrong: {name} ({machine}): {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
