//===- Products.cpp - MatMul and Gemm -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;

namespace wafer::importer {

/// lhs · rhs, or null after an error.
static Value createMatmul(Node &node, bool transposeA, bool transposeB) {
  if (!checkNumbers(node, node.getInput(0)))
    return {};
  RankedTensorType lhs = node.getInputType(0), rhs = node.getInputType(1);
  if (lhs.getElementType() != rhs.getElementType()) {
    node.error() << "operands must have the same element type, found "
                 << lhs.getElementType() << " and " << rhs.getElementType();
    return {};
  }
  FailureOr<graph::MatmulShape> shape =
      graph::getMatmulShape(lhs.getShape(), rhs.getShape(), transposeA,
                            transposeB, [&](const Twine &message) {
                              node.error()
                                  << message << ": " << lhs << " and " << rhs;
                            });
  if (failed(shape))
    return {};
  return graph::MatmulOp::create(node.builder, node.loc, node.getInput(0),
                                 node.getInput(1), transposeA, transposeB);
}

static LogicalResult importMatMul(Node &node, SmallVectorImpl<Value> &results) {
  Value product =
      createMatmul(node, /*transposeA=*/false, /*transposeB=*/false);
  if (!product)
    return failure();
  results.push_back(product);
  return success();
}

/// value · factor, nothing for a factor of 1; null after an error.
static Value createScaled(Node &node, Value value, float factor,
                          StringRef name) {
  if (factor == 1.0f)
    return value;
  Type elementType = cast<RankedTensorType>(value.getType()).getElementType();
  if (!isa<FloatType>(elementType) && std::trunc(factor) != factor) {
    node.error() << "attribute \"" << name << "\" is " << std::to_string(factor)
                 << ", which " << elementType << " cannot hold";
    return {};
  }
  return createBinary<graph::MulOp>(node, value,
                                    createScalar(node, elementType, factor));
}

/// Y = alpha · op(A) · op(B) + beta · C as the ops that it is made of.
static LogicalResult importGemm(Node &node, SmallVectorImpl<Value> &results) {
  float alpha = node.getFloat("alpha", 1.0f),
        beta = node.getFloat("beta", 1.0f);
  bool transposeA = node.getInt("transA", 0),
       transposeB = node.getInt("transB", 0);
  for (size_t i : {0, 1})
    if (node.getInputType(i).getRank() != 2)
      return node.error() << "input " << i << " must have rank 2, found "
                          << node.getInputType(i);
  Value result = createMatmul(node, transposeA, transposeB);
  if (!result)
    return failure();
  Type type = result.getType();
  result = createScaled(node, result, alpha, "alpha");
  if (!result)
    return failure();
  if (Value addend = node.getInput(2)) {
    if (!checkBroadcast(node, result, addend))
      return failure();
    addend = createScaled(node, addend, beta, "beta");
    if (!addend)
      return failure();
    result = createBinary<graph::AddOp>(node, result, addend);
    if (!result || result.getType() != type)
      return node.error() << "input 2 must broadcast to " << type << ", found "
                          << node.getInputType(2);
  }
  results.push_back(result);
  return success();
}

void addProductOperators(OperatorTable &table) {
  table["MatMul"] = {2, 2, importMatMul};
  table["Gemm"] = {2, 3, importGemm};
}

} // namespace wafer::importer
