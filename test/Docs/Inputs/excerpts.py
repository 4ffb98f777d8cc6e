#!/usr/bin/env python3
"""Checks that what a Markdown page shows is what the tools wrote.

    excerpts.py PAGE

Behind a comment `<!-- excerpt of FILE -->` the lines of the next block stand in FILE, in this order; `…` stands for anything.
"""
import re
import sys

BLOCK = re.compile(r"^<!-- excerpt of (\S+) -->\n```\w*\n(.*?)^```$", re.M | re.S)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        blocks = BLOCK.findall(file.read())
    if not blocks:
        sys.exit(f"excerpts: error: {sys.argv[1]}: no block is marked with <!-- excerpt of FILE -->")
    for path, text in blocks:
        with open(path, encoding="utf-8") as file:
            rest = file.read().split("\n")
        for line in filter(None, (line.strip() for line in text.split("\n"))):
            pattern = re.compile(".*?".join(map(re.escape, line.split("…"))))
            found = next((i for i, candidate in enumerate(rest) if pattern.search(candidate)), None)
            if found is None:
                sys.exit(f"excerpts: error: {path} has no line like this, behind the ones before: {line}")
            rest = rest[found + (line != "…"):]
    print(f"excerpts: {len(blocks)} blocks")


if __name__ == "__main__":
    main()
