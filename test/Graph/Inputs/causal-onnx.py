"""Writes model.onnx, an attention of N tokens with a constant causal mask of 1x1xNxN.

    causal-onnx.py FOLDER N KIND PLACE

KIND: `lowest` (added, the lowest f32 above the diagonal), `infinite` (added, -infinity), `kept` (bool, where scores are kept),
`hidden` (bool, where they are not), `cut` (`kept` of twice as many tokens, of which a slice is used).
PLACE: `raw` (an initializer in the file), `floats` (the same, number by number), `node` (a Constant), `external` (a file beside it).
"""
import pathlib
import struct
import sys

folder, n, kind, place = sys.argv[1:]
n = int(n)
FLOAT, INT64, BOOL = 1, 7, 9
LOWEST = -3.4028234663852886e38


def field(number, value):
    """A field of a protobuf message: a number, text, or bytes."""
    def varint(rest):
        rest &= (1 << 64) - 1
        data = b""
        while rest > 127:
            data, rest = data + bytes([rest & 127 | 128]), rest >> 7
        return data + bytes([rest])

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(number, values):
    return b"".join(field(number, value) for value in values)


def tensor(name, kind, shape, data, place="raw"):
    body = fields(1, shape) + field(2, kind) + field(8, name)
    if place == "floats" and kind == FLOAT:
        return body + field(4, data)
    if place != "external":
        return body + field(9, data)
    pathlib.Path(folder, name).write_bytes(data)
    return body + field(13, field(1, "location") + field(2, name)) + field(14, 1)


def attribute(name, value):
    if isinstance(value, bytes):
        return field(5, field(1, name) + field(5, value) + field(20, 4))
    return field(5, field(1, name) + fields(8, value) + field(20, 7))


def node(operator, inputs, output, *attributes):
    return field(1, fields(1, inputs) + field(2, output) + field(3, output) + field(4, operator) + b"".join(attributes))


def value(name):
    shape = fields(1, [field(1, size) for size in (1, 2, n, 8)])
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, shape)))


is_added = kind in ("lowest", "infinite")
tokens = 2 * n if kind == "cut" else n
hidden = [[key > query for key in range(tokens)] for query in range(tokens)]
if is_added:
    low = LOWEST if kind == "lowest" else float("-inf")
    data = b"".join(struct.pack(f"<{tokens}f", *(low if each else 0.0 for each in row)) for row in hidden)
else:
    data = b"".join(bytes(each == (kind == "hidden") for each in row) for row in hidden)
mask = tensor("mask", FLOAT if is_added else BOOL, (1, 1, tokens, tokens), data, place)
initializers = [tensor("low", FLOAT, (), struct.pack("<f", LOWEST)), tensor("starts", INT64, (2,), struct.pack("<2q", 0, 0)),
                tensor("ends", INT64, (2,), struct.pack("<2q", n, n)), tensor("axes", INT64, (2,), struct.pack("<2q", 2, 3))]
nodes = b""
if place == "node":
    nodes += node("Constant", [], "mask", attribute("value", mask))
else:
    initializers.append(mask)
nodes += node("Transpose", ["k"], "kt", attribute("perm", (0, 1, 3, 2))) + node("MatMul", ["q", "kt"], "scores")
used = "mask"
if kind == "cut":
    used = "cut"
    nodes += node("Slice", ["mask", "starts", "ends", "axes"], "cut")
if is_added:
    nodes += node("Add", ["scores", used], "masked")
else:
    nodes += node("Where", [used, *(("low", "scores") if kind == "hidden" else ("scores", "low"))], "masked")
nodes += node("Softmax", ["masked"], "weights") + node("MatMul", ["weights", "v"], "y")
graph = (nodes + field(2, "attention") + fields(5, initializers) + fields(11, [value(name) for name in "qkv"])
         + fields(12, [value("y")]))
model = field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))
pathlib.Path(folder, "model.onnx").write_bytes(model)
