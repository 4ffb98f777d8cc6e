"""Writes model.mlir, an attention of N tokens whose causal mask is in the file mask.bin beside it.

    causal-file.py FOLDER N [QUERY KEY]

With QUERY and KEY this one element of the mask is the other one of 0 and -1e9.
"""
import pathlib
import struct
import subprocess
import sys

folder, n, *place = sys.argv[1:]
n, place = int(n), tuple(map(int, place))
rows = [[-1e9 if (key > query) != ((query, key) == place) else 0.0 for key in range(n)] for query in range(n)]
data = b"".join(struct.pack(f"<{n}f", *row) for row in rows)
pathlib.Path(folder, "mask.bin").write_bytes(data)


def write(value):
    pathlib.Path(folder, "model.mlir").write_text(f"""
func.func @main(%q: tensor<1x2x{n}x8xf32>, %k: tensor<1x2x{n}x8xf32>, %v: tensor<1x2x{n}x8xf32>) -> tensor<1x2x{n}x8xf32> {{
  %mask = graph.constant {value} : tensor<{n}x{n}xf32>
  %s = graph.matmul %q, %k {{transpose_b}} : (tensor<1x2x{n}x8xf32>, tensor<1x2x{n}x8xf32>) -> tensor<1x2x{n}x{n}xf32>
  %a = graph.add %s, %mask : (tensor<1x2x{n}x{n}xf32>, tensor<{n}x{n}xf32>) -> tensor<1x2x{n}x{n}xf32>
  %w = graph.softmax %a axis 3 : (tensor<1x2x{n}x{n}xf32>) -> tensor<1x2x{n}x{n}xf32>
  %r = graph.matmul %w, %v : (tensor<1x2x{n}x{n}xf32>, tensor<1x2x{n}x8xf32>) -> tensor<1x2x{n}x8xf32>
  return %r : tensor<1x2x{n}x8xf32>
}}
""")


# The hash is xxh3, which Python does not have: the message about a wrong one tells the right one.
external = f'#graph.external<"mask.bin", offset = 0, size = {len(data)}, hash = "%s">'
write(external % ("0" * 16))
said = subprocess.run(["wafer-run", f"{folder}/model.mlir", "--mode=reference", "--random-inputs"], capture_output=True, text=True).stderr
write(external % said.split("their hash is ")[1][:16])
