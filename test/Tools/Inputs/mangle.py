"""Runs a tool on mangled copies of a file: mangle.py [--count N] [--seed N] FILE TOOL ARGUMENT...

In the arguments {} stands for the copy, which has the file's extension. A copy is cut short, has bits or bytes changed, or lines and
numbers exchanged. The tool may refuse it (exit codes 1 to 3) or accept it (0); a signal or another code is a failure, and the copy
stays. Numbers printed by a tool that fails are not read.
"""
import argparse
import os
import random
import re
import subprocess
import sys

NUMBERS = [b"0", b"-1", b"1", b"4611686018427387904", b"9223372036854775807", b"99999999999999999999999", b"4294967296"]


def cut(data, rng):
    return data[: rng.randrange(len(data))]


def flip(data, rng):
    copy = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        copy[rng.randrange(len(copy))] ^= 1 << rng.randrange(8)
    return bytes(copy)


def overwrite(data, rng):
    at = rng.randrange(len(data))
    return data[:at] + bytes(rng.choice((0, 255, 127)) for _ in range(8)) + data[at + 8 :]


def drop_line(data, rng):
    lines = data.splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return b"".join(lines)


def swap_lines(data, rng):
    lines = data.splitlines(keepends=True)
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def change_number(data, rng):
    found = list(re.finditer(rb"\d+", data))
    if not found:
        return flip(data, rng)
    match = rng.choice(found)
    return data[: match.start()] + rng.choice(NUMBERS) + data[match.end() :]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("file")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    with open(options.file, "rb") as stream:
        data = stream.read()
    is_text = b"\0" not in data
    ways = [cut, flip, drop_line, swap_lines, change_number] if is_text else [cut, flip, overwrite]
    extension = os.path.splitext(options.file)[1]
    failures = 0
    for number in range(options.count):
        rng = random.Random(options.seed * 1000 + number)
        way = ways[number % len(ways)]
        copy = f"mangled-{way.__name__}-{number}{extension}"
        with open(copy, "wb") as stream:
            stream.write(way(data, rng))
        command = [argument.replace("{}", copy) for argument in options.command]
        result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120)
        if 0 <= result.returncode <= 3 and (result.returncode <= 1 or result.stderr):
            os.remove(copy)
            continue
        failures += 1
        print(f"{copy}: exit code {result.returncode}: {result.stderr[:2000].decode(errors='replace')}")
    print(f"{options.count} copies, {failures} failures")
    sys.exit(1 if failures else 0)


main()
