#!/usr/bin/env python3
"""Checks a JSON of wafer-conformance: at least so many cases pass, and none fails but those named.

check-scores.py FILE PASSES [CASE...]
"""
import json
import sys

file, passes, *known = sys.argv[1:]
with open(file) as results:
    cases = json.load(results)["cases"]
passed = sum(case["status"] == "pass" for case in cases)
surprises = [case for case in cases if case["status"] == "fail" and case["case"] not in known]
for case in surprises:
    print("fails: %s: %s" % (case["case"], case["reason"]))
if passed < int(passes):
    print("%d cases pass, expected %s or more" % (passed, passes))
sys.exit(bool(surprises) or passed < int(passes))
