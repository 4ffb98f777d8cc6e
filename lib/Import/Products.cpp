//===- Products.cpp - MatMul, Gemm, FusedMatMul -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;

namespace wafer::importer {

static Imported importMatMul(Node &node) {
  return Outputs{node.ops.matmul(node.getInput(0), node.getInput(1))};
}

/// value · factor, nothing for a factor of 1; null after an error.
static Value createScaled(Node &node, Value value, float factor,
                          StringRef name) {
  if (!value || factor == 1.0f)
    return value;
  if (!isa<FloatType>(elementOf(value)) && std::trunc(factor) != factor) {
    node.error() << "attribute \"" << name << "\" is " << std::to_string(factor)
                 << ", which " << elementOf(value) << " cannot hold";
    return {};
  }
  return node.ops.mul(value, factor);
}

/// Y = alpha · op(A) · op(B) + beta · C as the ops that it is made of.
static Imported importGemm(Node &node) {
  node.ignore({"broadcast"}); // opset 6: C broadcasts as it does later
  float alpha = node.getFloat("alpha", 1.0f),
        beta = node.getFloat("beta", 1.0f);
  bool transposeA = node.getInt("transA", 0),
       transposeB = node.getInt("transB", 0);
  // Some fusing tools leave batches in front of the matrices.
  if (node.getInputType(1).getRank() < 2 || node.getInputType(0).getRank() < 2)
    return node.error() << "inputs must be matrices, found "
                        << node.getInputType(0) << " and "
                        << node.getInputType(1);
  Value result = node.ops.matmul(node.getInput(0), node.getInput(1), transposeA,
                                 transposeB);
  if (!result)
    return failure();
  Type type = result.getType();
  result = createScaled(node, result, alpha, "alpha");
  if (Value addend = node.getInput(2)) {
    result = node.ops.add(result, createScaled(node, addend, beta, "beta"));
    if (result && result.getType() != type)
      return node.error() << "input 2 must broadcast to " << type << ", found "
                          << node.getInputType(2);
  }
  return Outputs{result};
}

/// m×batch×k as batch×m×k.
static Value moveBatches(Node &node, Value x) {
  int64_t rank = rankOf(x);
  if (rank < 3)
    return x;
  SmallVector<int64_t> perm = dimsFrom(1, rank - 2);
  perm.append({0, rank - 1});
  return node.ops.transpose(x, perm);
}

/// com.microsoft: alpha · op(A) · op(B), batched.
static Imported importFusedMatMul(Node &node) {
  Value a = node.getInput(0), b = node.getInput(1);
  if (node.getInt("transBatchA", 0))
    a = moveBatches(node, a);
  if (node.getInt("transBatchB", 0))
    b = moveBatches(node, b);
  Value product =
      node.ops.matmul(a, b, node.getInt("transA", 0), node.getInt("transB", 0));
  return Outputs{
      createScaled(node, product, node.getFloat("alpha", 1.0f), "alpha")};
}

void addProductOperators(OperatorTable &table) {
  table.add("MatMul", {2, 2, importMatMul});
  table.add("Gemm", {2, 3, importGemm});
  table.add(kMicrosoft, "FusedMatMul", {2, 2, importFusedMatMul});
  table.add(kMicrosoft, "TransposeMatMul", {2, 2, importFusedMatMul});
}

} // namespace wafer::importer
