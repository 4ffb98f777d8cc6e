# The lit suite of wafer-mlir: how tests are found, what they may call and what they may ask for (docs/Testing.md).

import os
import subprocess
import sys

import lit.formats

config.name = "wafer"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".textproto"]
config.excludes = ["Inputs", "benchmarks", "fuzz", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.wafer_build_dir, "test")

# Tools are found by name: ours first, then FileCheck, not, split-file and mlir-opt of LLVM.
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.wafer_build_dir, "bin"), config.llvm_tools_dir, os.environ.get("PATH", "")]
)
for name in ("HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "OPENBLAS_NUM_THREADS", "CCACHE_DIR"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

# Failures should show the values that FileCheck captured and the lines around the mismatch.
config.environment["FILECHECK_OPTS"] = "--dump-input-context=10"

# Longer names first: lit replaces in this order.
config.substitutions += [
    ("%sources", config.wafer_source_dir),
    ("%builddir", config.wafer_build_dir),
    ("%inputs", os.path.join(config.test_source_root, "Inputs")),
    ("%devtools", os.path.join(config.wafer_source_dir, "tools", "dev")),
    ("%plugin", os.path.join(config.wafer_build_dir, "lib", "WaferPlugin.so")),
    ("%python", '"%s"' % sys.executable),
]

# `long`: minutes, not seconds. Asked for with `lit -Dlong=1` or `tools/dev/check --long`.
if lit_config.params.get("long", "0") not in ("", "0"):
    config.available_features.add("long")

# `shared`: a folder of corpora and models that is no part of the repository.
shared = os.path.abspath(lit_config.params.get("shared", config.wafer_shared_dir))
config.substitutions.append(("%shared", shared))
if os.path.isdir(os.path.join(shared, "models")):
    config.available_features.add("shared")
else:
    lit_config.note("%s not found: the tests that require `shared` are skipped" % shared)

# `onnx-testdata`: ONNX's own test cases as Debian packages them (libonnx-testdata).
onnx_data = "/usr/share/libonnx-testdata/data"
config.substitutions.append(("%onnxdata", onnx_data))
if os.path.isdir(onnx_data):
    config.available_features.add("onnx-testdata")

# `torch`: a Python with torch, torch-mlir, onnx and onnxscript, named by `lit -Dtorch=PYTHON`.
torch_python = lit_config.params.get("torch", "")
if torch_python:
    config.available_features.add("torch")
    config.substitutions.insert(0, ("%torch-python", '"%s"' % torch_python))
    # `transformers`: the same Python has Hugging Face's transformers.
    probe = "import importlib.util, sys; sys.exit(not importlib.util.find_spec('transformers'))"
    if subprocess.run([torch_python, "-c", probe]).returncode == 0:
        config.available_features.add("transformers")

# `plugin`: the module for stock mlir-opt; an instrumented one cannot be loaded by a program that is not.
if not config.wafer_sanitized:
    config.available_features.add("plugin")
    # Sanitizers reserve more address space than any limit would allow.
    config.available_features.add("address-limit")
