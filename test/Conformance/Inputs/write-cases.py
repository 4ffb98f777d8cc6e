#!/usr/bin/env python3
"""Writes small cases of one Identity below a folder: how data are stored is what they differ in."""
import os
import struct
import sys

FLOAT, UINT16, BFLOAT16 = 1, 4, 16


def number(field, value):
    data = b""
    while value > 127:
        data += bytes([value & 127 | 128])
        value >>= 7
    return bytes([field << 3]) + data + bytes([value])


def message(field, *parts):
    data = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    assert len(data) < 128
    return bytes([field << 3 | 2, len(data)]) + data


def tensor_type(element, size):
    return message(1, number(1, element), message(2, message(1, number(1, size))))


def model(port_type):
    port = lambda field, name: message(field, message(1, name), message(2, port_type))
    node = message(1, message(1, "x"), message(2, "y"), message(4, "Identity"))
    graph = message(7, node, message(2, "g"), port(11, "x"), port(12, "y"))
    return number(1, 8) + graph + message(8, number(2, 17))


def tensor(element, size, data):
    return number(1, size) + number(2, element) + message(9, data)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def write_case(folder, port_type, given, expected):
    write(folder + "/model.onnx", model(port_type))
    write(folder + "/test_data_set_0/input_0.pb", given)
    write(folder + "/test_data_set_0/output_0.pb", expected)


root = sys.argv[1]
floats = lambda *values: tensor(FLOAT, len(values), struct.pack("<%df" % len(values), *values))
nan = float("nan")
write(root + "/ramp.onnx", model(tensor_type(FLOAT, 4)))
write(root + "/ramp_output_0.pb", floats(0, 0.25, 0.5, 0.75))
write_case(root + "/nan", tensor_type(FLOAT, 2), floats(nan, 1), floats(nan, 1))
write_case(root + "/no-nan", tensor_type(FLOAT, 2), floats(2, 1), floats(nan, 1))
bits = tensor(UINT16, 1, b"\x80\x3f")
write_case(root + "/bits", tensor_type(BFLOAT16, 1), bits, bits)
write_case(root + "/list", message(4, message(1, tensor_type(FLOAT, 1))), b"", b"")
