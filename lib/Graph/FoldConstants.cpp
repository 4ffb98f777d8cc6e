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
// kMaxElements elements, or kMaxIntegers where no floating-point numbers are
// involved: ids and positions of all sequences of a batch. graph.iota itself
// stays: it is smaller than its value.
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

#include "DenseValues.h"
#include "mlir/IR/TypeUtilities.h"
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
/// 512 KiB of indices.
constexpr int64_t kMaxIntegers = int64_t(1) << 16;

/// True if all operands and results of `op` are small.
bool isSmall(Operation *op) {
  int64_t most = kMaxIntegers;
  for (Type type :
       llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (isa<FloatType>(getElementTypeOrSelf(type)))
      most = kMaxElements;
  auto fits = [&](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape() && tensor.getNumElements() <= most;
  };
  return llvm::all_of(op->getOperandTypes(), fits) &&
         llvm::all_of(op->getResultTypes(), fits);
}

/// The value of `operand` if it is a small constant in the IR.
std::optional<exec::Tensor> readOperand(Value operand) {
  Operation *op = operand.getDefiningOp();
  if (!op)
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

struct FoldOp : RewritePattern {
  explicit FoldOp(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa_and_nonnull<GraphDialect>(op->getDialect()) ||
        isa<ConstantOp, IotaOp>(op) || op->getNumOperands() == 0 ||
        op->getNumResults() == 0 || !isSmall(op) || isSumOfFloats(op))
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
