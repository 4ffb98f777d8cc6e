"""Prints a model in text form that is small and asks for much, or deep: hostile.py KIND"""
import sys


def node(op, inputs, outputs, more=""):
    words = [f'op_type: "{op}"'] + [f'input: "{name}"' for name in inputs] + [f'output: "{name}"' for name in outputs]
    return "node { " + " ".join(words + [more]) + " }"


def tensor(name, dims, kind=1):
    shape = " ".join(f"dim {{ dim_value: {dim} }}" for dim in dims)
    return f'input {{ name: "{name}" type {{ tensor_type {{ elem_type: {kind} shape {{ {shape} }} }} }} }}'


def chain(count, reverse=False):
    """`count` nodes, each on the one before."""
    nodes = [node("Relu" if i % 2 else "Neg", [f"x{i}"], [f"x{i + 1}"]) for i in range(count)]
    return nodes[::-1 if reverse else 1] + [tensor("x0", [2]), f'output {{ name: "x{count}" }}']


def fan(count):
    """`count` outputs."""
    return [tensor("x", [2])] + [node("Neg", ["x"], [f"y{i}"]) + f' output {{ name: "y{i}" }}' for i in range(count)]


def dropouts(count):
    """Masks of 2^25 elements each."""
    nodes = [node("Dropout", [f"x{i}", "ratio", "training"], [f"x{i + 1}"], f'name: "drop{i}"') for i in range(count)]
    return nodes + [
        tensor("x0", [1 << 25]),
        f'output {{ name: "x{count}" }}',
        'initializer { name: "ratio" data_type: 1 float_data: [0.5] }',
        'initializer { name: "training" data_type: 9 int32_data: [1] }',
    ]


def doublings(count):
    """Functions, each of which calls the next one twice: 2^count nodes."""
    print('opset_import { domain: "d" version: 1 }')
    for i in range(count):
        last = i == count - 1
        call = [node("Neg" if last else f"f{i + 1}", [a], [b], "" if last else 'domain: "d"') for a, b in ("xa", "ay")]
        print(f'functions {{ name: "f{i}" domain: "d" input: "x" output: "y"', *call)
        print('  opset_import { version: 17 } opset_import { domain: "d" version: 1 } }')
    return [node("f0", ["x"], ["y"], 'domain: "d"'), tensor("x", [2]), 'output { name: "y" }']


KINDS = {
    "chain": lambda: chain(100000),
    "reversed": lambda: chain(100000, reverse=True),
    "fan": lambda: fan(20000),
    "dropouts": lambda: dropouts(100),
    "doublings": lambda: doublings(40),
}

print("opset_import { version: 17 }")
lines = KINDS[sys.argv[1]]()
print("graph {", *lines, "}", sep="\n")
