# The GoogleTest programs as a lit suite: every test of every program in build/test/unit counts as one.

import os

import lit.formats

config.name = "wafer-unit"
config.suffixes = []
config.excludes = []
config.test_source_root = os.path.join(config.wafer_build_dir, "test", "unit")
config.test_exec_root = config.test_source_root
config.test_format = lit.formats.GoogleTest(".", "Tests")
for name in ("HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "OPENBLAS_NUM_THREADS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.environment["WAFER_TEST_INPUTS"] = os.path.join(config.wafer_source_dir, "test", "Inputs")
if lit_config.params.get("long", "0") not in ("", "0"):
    config.environment["WAFER_LONG_TESTS"] = "1"
