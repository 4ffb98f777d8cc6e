//===- FoldConstants.cpp - compute small constants --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  graph ops in any function or region.
// Out: the same values; what depends on small constants only is a constant.
//
// One greedy rewrite. An op is computed by the reference executor, which is the
// definition of every op, and rounded once to its type. Operands are constants
// in the IR and graph.iota; each of them and each result has at most
// kMaxElements elements. graph.iota itself stays: it is smaller than its value.
//
// Left alone: products and sums of floating-point numbers, whose order is the
// executor's choice; constants in files, which are never read (graph.reshape of
// one folds by itself, it changes the type only); what cannot be evaluated, as
// an index out of range, which graph-check-indices refuses.
//
//   %0 = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
//   %1 = graph.add %0, %0 : …              ->  graph.constant dense<[2.0, 4.0]>
//
//===----------------------------------------------------------------------===//

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "wafer/Executor/Reference/Reference.h"
#include "wafer/Graph/Passes.h"

#define DEBUG_TYPE "graph-fold-constants"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "wafer/Graph/Passes.h.inc"

namespace {

constexpr int64_t kMaxElements = 4096;

bool isSmall(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() &&
         tensor.getNumElements() <= kMaxElements;
}

bool hasFloats(Type type) {
  return isa<FloatType>(cast<RankedTensorType>(type).getElementType());
}

/// True if the result depends on an order that the executor chooses.
bool isSumOfFloats(Operation *op) {
  return hasFloats(op->getResult(0).getType()) &&
         isa<MatmulOp, ReduceSumOp, ReduceMeanOp, CumSumOp, SoftmaxOp,
             LogSoftmaxOp, LayerNormalizationOp, RMSNormalizationOp, ConvOp,
             AveragePoolOp, AttentionOp, LinearAttentionOp>(op);
}

/// The value of `operand` if it is a small constant in the IR.
std::optional<exec::Tensor> readOperand(Value operand) {
  Operation *op = operand.getDefiningOp();
  if (!op || !isSmall(operand.getType()))
    return std::nullopt;
  SmallVector<exec::Tensor> results;
  if (isa<IotaOp>(op)) {
    if (failed(exec::evaluateOp(op, {}, results)))
      return std::nullopt;
    return results[0];
  }
  auto constant = dyn_cast<ConstantOp>(op);
  if (!constant || isa<ExternalAttr>(constant.getValue()))
    return std::nullopt;
  exec::ConstantReader reader;
  llvm::Expected<exec::Tensor> tensor = reader.read(constant.getValue());
  if (tensor)
    return *tensor;
  llvm::consumeError(tensor.takeError());
  return std::nullopt;
}

DenseElementsAttr createDense(const exec::Tensor &tensor, Type type) {
  auto tensorType = cast<RankedTensorType>(type);
  if (tensorType.getNumElements() == 0)
    return DenseElementsAttr::get(tensorType, ArrayRef<Attribute>());
  if (tensorType.getElementType().isInteger(1)) {
    SmallVector<bool> values;
    for (uint8_t byte : tensor.getBytes())
      values.push_back(byte != 0);
    return DenseElementsAttr::get(tensorType, values);
  }
  ArrayRef<uint8_t> bytes = tensor.getBytes();
  return DenseElementsAttr::getFromRawBuffer(
      tensorType, {reinterpret_cast<const char *>(bytes.data()), bytes.size()});
}

struct FoldOp : RewritePattern {
  explicit FoldOp(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa_and_nonnull<GraphDialect>(op->getDialect()) ||
        isa<ConstantOp, IotaOp>(op) || op->getNumOperands() == 0 ||
        op->getNumResults() == 0 ||
        !llvm::all_of(op->getResultTypes(), isSmall) || isSumOfFloats(op))
      return failure();
    SmallVector<exec::Tensor> operands, results;
    for (Value operand : op->getOperands()) {
      std::optional<exec::Tensor> tensor = readOperand(operand);
      if (!tensor)
        return failure();
      operands.push_back(std::move(*tensor));
    }
    ScopedDiagnosticHandler silence(getContext(),
                                    [](Diagnostic &) { return success(); });
    if (failed(exec::evaluateOp(op, operands, results)))
      return failure();
    SmallVector<Value> constants;
    for (auto [tensor, type] : llvm::zip_equal(results, op->getResultTypes()))
      constants.push_back(ConstantOp::create(rewriter, op->getLoc(),
                                             createDense(tensor, type)));
    rewriter.replaceOp(op, constants);
    return success();
  }
};

struct FoldConstants : impl::FoldConstantsBase<FoldConstants> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldOp>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace wafer::graph
