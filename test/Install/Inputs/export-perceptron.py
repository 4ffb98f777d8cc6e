"""export-perceptron.py FOLDER: one module in three exports, an input, and what PyTorch gives in f64."""
import sys

import numpy
import torch
from torch_mlir import fx

folder = sys.argv[1]
torch.manual_seed(3)
module = torch.nn.Sequential(torch.nn.Linear(37, 53), torch.nn.ReLU(), torch.nn.Linear(53, 11)).eval()
example = torch.randn(5, 37)
torch.onnx.export(module, (example,), f"{folder}/dynamo.onnx", dynamo=True, external_data=False)
torch.onnx.export(module, (example,), f"{folder}/torchscript.onnx", dynamo=False)
for dialect in ("tosa", "linalg-on-tensors"):
    with open(f"{folder}/{dialect}.mlir", "w") as file:
        file.write(str(fx.export_and_import(module, example, output_type=dialect)))
numpy.save(f"{folder}/x.npy", example.numpy())
numpy.save(f"{folder}/y.npy", module.double()(example.double()).detach().numpy().astype(numpy.float32))
