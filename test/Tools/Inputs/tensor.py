"""Writes a .npy file: tensor.py FILE DTYPE SHAPE VALUE...   (DTYPE as numpy writes it, SHAPE as 2x3; values repeat)"""
import itertools
import struct
import sys

path, dtype, shape, *values = sys.argv[1:]
shape = tuple(int(size) for size in shape.split("x")) if shape else ()
count = 1
for size in shape:
    count *= size
code = {"<f4": "f", "<f8": "d", "<i8": "q", "<i4": "i", "|b1": "?"}[dtype]
number = float if code in "fd" else int
header = repr({"descr": dtype, "fortran_order": False, "shape": shape})
header += " " * (-(10 + len(header) + 1) % 64) + "\n"
elements = itertools.islice(itertools.cycle(number(value) for value in values), count)
with open(path, "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    file.write(struct.pack(f"<{count}{code}", *elements))
