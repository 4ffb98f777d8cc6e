//===- Evaluate.cpp - evaluation of blocks and functions -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;

namespace wafer::exec {

using namespace reference;

static const EvaluatorTable &getEvaluators() {
  static const EvaluatorTable table = [] {
    EvaluatorTable all;
    addElementwiseEvaluators(all);
    addBinaryEvaluators(all);
    addReductionEvaluators(all);
    addShapeEvaluators(all);
    addGatherEvaluators(all);
    addNormalizationEvaluators(all);
    addProductEvaluators(all);
    addWindowEvaluators(all);
    addAttentionEvaluators(all);
    return all;
  }();
  return table;
}

namespace {

/// The values of one block while it is evaluated.
class BlockEvaluator {
public:
  BlockEvaluator(Block &block, const EvalOptions &options)
      : block(block), options(options) {}

  LogicalResult run(ArrayRef<Tensor> inputs, SmallVectorImpl<Tensor> &results);

private:
  Block &block;
  const EvalOptions &options;
  DenseMap<Value, Tensor> values;
  /// Uses of a value that are still to come.
  DenseMap<Value, unsigned> usesLeft;

  LogicalResult define(Value value, Tensor tensor, bool round);
  LogicalResult evaluate(Operation &op);
  LogicalResult compute(Operation &op, ArrayRef<Tensor> operands,
                        SmallVectorImpl<Tensor> &results);
  FailureOr<Tensor> use(OpOperand &operand);
};

} // namespace

/// Checks shape and kind of `tensor`, brings it into its evaluation type.
LogicalResult BlockEvaluator::define(Value value, Tensor tensor, bool round) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  std::optional<ElementType> declared =
      type ? getElementType(type.getElementType()) : std::nullopt;
  if (!declared)
    return emitError(value.getLoc(), "a value of type ")
           << value.getType() << " cannot be evaluated";
  ElementType evaluation = getEvaluationType(*declared, options);
  bool sameKind =
      tensor.elementType == *declared || tensor.elementType == evaluation;
  if (ArrayRef<int64_t>(tensor.shape) != type.getShape() || !sameKind)
    return emitError(value.getLoc(), "a value of type ")
           << type << " was given a tensor of " << tensor.getTypeString();
  if (round)
    tensor = tensor.convertedTo(*declared);
  tensor = tensor.convertedTo(evaluation);
  if (options.observer)
    options.observer(value, tensor);
  if (unsigned uses = std::distance(value.use_begin(), value.use_end())) {
    usesLeft[value] = uses;
    values[value] = std::move(tensor);
  }
  return success();
}

FailureOr<Tensor> BlockEvaluator::use(OpOperand &operand) {
  auto it = values.find(operand.get());
  // Constants wait for their first use: a model's weights are more than memory
  // holds, and folding puts them all at the beginning of the block.
  auto constant = operand.get().getDefiningOp<graph::ConstantOp>();
  if (it == values.end() && constant && constant->getBlock() == &block) {
    if (failed(evaluate(*constant)))
      return failure();
    it = values.find(operand.get());
  }
  if (it == values.end()) {
    operand.getOwner()->emitError("operand #")
        << operand.getOperandNumber()
        << " is not computed in the evaluated block";
    return failure();
  }
  Tensor tensor = it->second;
  if (--usesLeft[operand.get()] == 0)
    values.erase(it);
  return tensor;
}

LogicalResult BlockEvaluator::compute(Operation &op, ArrayRef<Tensor> operands,
                                      SmallVectorImpl<Tensor> &results) {
  StringRef name = op.getName().getStringRef();
  if (auto it = options.handlers.find(name); it != options.handlers.end())
    return it->second(&op, operands, results, options);
  if (auto it = getEvaluators().find(name); it != getEvaluators().end())
    return it->second(&op, operands, results, options);
  return op.emitError("the reference executor cannot evaluate ") << name;
}

LogicalResult BlockEvaluator::evaluate(Operation &op) {
  SmallVector<Tensor> operands, results;
  for (OpOperand &operand : op.getOpOperands()) {
    FailureOr<Tensor> tensor = use(operand);
    if (failed(tensor))
      return failure();
    operands.push_back(std::move(*tensor));
  }
  if (failed(compute(op, operands, results)))
    return failure();
  if (results.size() != op.getNumResults())
    return op.emitError("evaluated to ")
           << results.size() << " tensors, it has " << op.getNumResults()
           << " results";
  operands.clear();
  bool round = options.roundEveryOp || isa<graph::CastOp>(op);
  for (auto [value, tensor] : llvm::zip_equal(op.getResults(), results))
    if (failed(define(value, std::move(tensor), round)))
      return failure();
  return success();
}

LogicalResult BlockEvaluator::run(ArrayRef<Tensor> inputs,
                                  SmallVectorImpl<Tensor> &results) {
  if (inputs.size() != block.getNumArguments())
    return emitError(block.getParentOp()->getLoc(), "expected ")
           << block.getNumArguments() << " inputs, got " << inputs.size();
  for (auto [argument, tensor] : llvm::zip_equal(block.getArguments(), inputs))
    if (failed(define(argument, tensor, /*round=*/false)))
      return failure();
  if (block.empty())
    return emitError(block.getParentOp()->getLoc(),
                     "an empty block has no results");
  // By position: the terminator may be an op that is not registered.
  Operation &terminator = block.back();
  for (Operation &op : llvm::drop_end(block))
    if (!isa<graph::ConstantOp>(op) && failed(evaluate(op)))
      return failure();
  for (OpOperand &operand : terminator.getOpOperands()) {
    FailureOr<Tensor> tensor = use(operand);
    if (failed(tensor))
      return failure();
    auto type = cast<RankedTensorType>(operand.get().getType());
    ElementType declared = *getElementType(type.getElementType());
    results.push_back(options.keepEvaluationTypes
                          ? std::move(*tensor)
                          : tensor->convertedTo(declared));
  }
  return success();
}

LogicalResult evaluateOp(Operation *op, ArrayRef<Tensor> operands,
                         SmallVectorImpl<Tensor> &results) {
  auto it = getEvaluators().find(op->getName().getStringRef());
  if (it == getEvaluators().end())
    return op->emitError("the reference executor cannot evaluate ")
           << op->getName();
  EvalOptions options;
  ConstantReader reader;
  options.constants = &reader;
  SmallVector<Tensor> held;
  for (const Tensor &operand : operands)
    held.push_back(
        operand.convertedTo(getEvaluationType(operand.elementType, options)));
  if (failed(it->second(op, held, results, options)))
    return failure();
  for (auto [tensor, type] : llvm::zip_equal(results, op->getResultTypes()))
    tensor = tensor.convertedTo(
        *getElementType(cast<RankedTensorType>(type).getElementType()));
  return success();
}

LogicalResult evaluateBlock(Block &block, ArrayRef<Tensor> inputs,
                            SmallVectorImpl<Tensor> &results,
                            const EvalOptions &options) {
  if (options.constants)
    return BlockEvaluator(block, options).run(inputs, results);
  ConstantReader reader;
  EvalOptions withReader = options;
  withReader.constants = &reader;
  return BlockEvaluator(block, withReader).run(inputs, results);
}

LogicalResult evaluateFunction(FunctionOpInterface function,
                               ArrayRef<Tensor> inputs,
                               SmallVectorImpl<Tensor> &results,
                               const EvalOptions &options) {
  if (!llvm::hasSingleElement(function.getFunctionBody()))
    return function->emitError("only a function of one block can be evaluated");
  if (inputs.size() != function.getNumArguments())
    return function->emitError("expected ")
           << function.getNumArguments() << " inputs, got " << inputs.size();
  for (auto [index, tensor] : llvm::enumerate(inputs)) {
    Type type = function.getArgumentTypes()[index];
    if (!hasType(tensor, type))
      return function->emitError("input \"")
             << graph::getInputName(function, index) << "\" is " << type
             << ", got a tensor of " << tensor.getTypeString();
  }
  if (failed(evaluateBlock(function.getFunctionBody().front(), inputs, results,
                           options)))
    return failure();
  for (auto [index, tensor] : llvm::enumerate(results))
    tensor.name = graph::getOutputName(function, index);
  return success();
}

} // namespace wafer::exec
