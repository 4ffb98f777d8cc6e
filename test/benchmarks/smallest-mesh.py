#!/usr/bin/env python3
"""Prints the meshes of the fewest PEs that a model compiles for.

    test/benchmarks/smallest-mesh.py MODEL [--dim NAME=N ...] [--bin build/bin] [--most PES] [--all]

Every width and height is tried, by rising number of PEs, until a mesh holds the model: its PEs are those of mesh<WxH>, with ports on both
sides. With --all it goes on to --most PEs and prints what each mesh lacks. Exit code: 0 if a mesh was found and every other one was
refused because the model does not fit there, 1 if none was found, 2 if a mesh was refused for another reason, which is an error of
the compiler's.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

# What the compiler says where a mesh is too small.
TOO_SMALL = r"error: .*(does not fit: .*|cannot be dealt to columns and rows of .*|cannot have rows of their own: .*)"


class OtherError(Exception):
    """A mesh that was refused though nothing says that it is too small."""


def shapes(pes):
    """Width and height of each mesh of so many PEs, the squarest first."""
    return sorted(((w, pes // w) for w in range(1, pes + 1) if pes % w == 0), key=lambda s: (max(s), s))


def compile_for(waferc, model, dims, shape, program):
    """None if the model compiles for the mesh, else what it lacks there."""
    machine = "mesh<%dx%d>" % shape
    bound = [f"--dim={name}={size}" for name, size in dims.items()]
    done = subprocess.run([str(waferc), str(model), f"--machine={machine}", *bound, "-o", str(program)], capture_output=True,
                          text=True)
    if done.returncode == 0:
        return None
    lacks = re.search(TOO_SMALL, done.stderr)
    if not lacks:
        raise OtherError(f"{model} on {machine}:\n{done.stderr}")
    return lacks.group(1)


def find_smallest(waferc, model, dims, most, program):
    """The meshes of the fewest PEs, up to `most`, that hold the model."""
    for pes in range(1, most + 1):
        found = [shape for shape in shapes(pes) if compile_for(waferc, model, dims, shape, program) is None]
        if found:
            return found
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--dim", action="append", default=[])
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "build" / "bin")
    parser.add_argument("--most", type=int, default=64)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    dims = dict(dim.split("=", 1) for dim in options.dim)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for pes in range(1, options.most + 1):
            for shape in shapes(pes):
                try:
                    lacks = compile_for(options.bin / "waferc", options.model, dims, shape, pathlib.Path(folder) / "p.wafer")
                except OtherError as error:
                    print(f"smallest-mesh: error: {error}", file=sys.stderr)
                    return 2
                if lacks is None:
                    found.append(shape)
                if lacks is None or options.all:
                    print(f"mesh<{shape[0]}x{shape[1]}>: {lacks or 'holds it'}", flush=True)
            if found and not options.all:
                break
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
