//===- Composer.cpp - graph ops made, checked and folded one by -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Composer.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "wafer/Executor/Reference/Reference.h"

using namespace mlir;

namespace wafer::importer {

/// Elements, of operands and results together, up to which ops on constants are
/// evaluated. Shape arithmetic and tables of positions are far below, weights
/// above.
static constexpr int64_t kMaxFoldedElements = 8192;

SmallVector<int64_t> dimsFrom(int64_t first, int64_t count) {
  return llvm::to_vector(llvm::seq<int64_t>(first, first + count));
}

static DenseElementsAttr getDense(Value value) {
  auto op = value ? value.getDefiningOp<graph::ConstantOp>() : nullptr;
  return op ? dyn_cast<DenseElementsAttr>(op.getValue()) : DenseElementsAttr();
}

std::optional<SmallVector<int64_t>> getConstantInts(Value value) {
  DenseElementsAttr dense = getDense(value);
  if (!dense || !dense.getElementType().isInteger() ||
      dense.getNumElements() > kMaxFoldedElements)
    return std::nullopt;
  auto type = cast<IntegerType>(dense.getElementType());
  bool isUnsigned = type.isUnsigned() || type.getWidth() == 1;
  SmallVector<int64_t> values;
  for (const APInt &element : dense.getValues<APInt>())
    values.push_back(isUnsigned ? static_cast<int64_t>(element.getZExtValue())
                                : element.getSExtValue());
  return values;
}

DenseElementsAttr createDense(RankedTensorType type, ArrayRef<uint8_t> bytes) {
  if (type.getNumElements() == 0)
    return DenseElementsAttr::get(type, ArrayRef<Attribute>());
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values;
    for (uint8_t byte : bytes)
      values.push_back(byte != 0);
    return DenseElementsAttr::get(type, values);
  }
  return DenseElementsAttr::getFromRawBuffer(
      type, {reinterpret_cast<const char *>(bytes.data()), bytes.size()});
}

void eraseUnusedOps(Block &block) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(block.getOperations())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

//===----------------------------------------------------------------------===//
// Making, checking and folding
//===----------------------------------------------------------------------===//

/// Gives `op` the result types that it infers.
static LogicalResult inferTypes(Operation *op) {
  auto inference = cast<InferTypeOpInterface>(op);
  SmallVector<Type> types;
  if (failed(inference.inferReturnTypes(
          op->getContext(), op->getLoc(), op->getOperands(),
          op->getRawDictionaryAttrs(), op->getPropertiesStorage(), {}, types)))
    return failure();
  for (auto [result, type] : llvm::zip_equal(op->getResults(), types))
    result.setType(type);
  return success();
}

/// True if no count of elements overflows.
static bool haveCounts(TypeRange types, int64_t &total) {
  for (Type type : types) {
    auto count = graph::countElements(cast<RankedTensorType>(type).getShape());
    if (!count || *count > INT64_MAX / 8)
      return false;
    total = total > INT64_MAX / 2 || *count > INT64_MAX / 2 ? INT64_MAX
                                                            : total + *count;
  }
  return true;
}

/// The values of `op`'s results if it is worth evaluating now.
static std::optional<SmallVector<TypedAttr>> fold(Operation *op,
                                                  int64_t numElements) {
  SmallVector<DenseElementsAttr> operands;
  for (Value operand : op->getOperands()) {
    operands.push_back(getDense(operand));
    if (!operands.back())
      return std::nullopt;
  }
  // Of any size: these share the bytes.
  if (operands.size() == 1 && isa<graph::ReshapeOp, graph::ExpandOp>(op)) {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    if (operands[0].isSplat())
      return SmallVector<TypedAttr>{operands[0].resizeSplat(type)};
    if (isa<graph::ReshapeOp>(op))
      return SmallVector<TypedAttr>{operands[0].reshape(type)};
  }
  if (numElements > kMaxFoldedElements)
    return std::nullopt;
  exec::ConstantReader reader;
  SmallVector<exec::Tensor> tensors, results;
  for (DenseElementsAttr operand : operands) {
    llvm::Expected<exec::Tensor> tensor = reader.read(operand);
    if (!tensor) {
      llvm::consumeError(tensor.takeError());
      return std::nullopt;
    }
    tensors.push_back(std::move(*tensor));
  }
  // What cannot be evaluated (an index out of range) stays and fails when run.
  ScopedDiagnosticHandler silence(op->getContext(),
                                  [](Diagnostic &) { return success(); });
  if (failed(exec::evaluateOp(op, tensors, results)))
    return std::nullopt;
  SmallVector<TypedAttr> values;
  for (auto [result, type] : llvm::zip_equal(results, op->getResultTypes()))
    values.push_back(
        createDense(cast<RankedTensorType>(type), result.getBytes()));
  return values;
}

SmallVector<Value> Composer::createOp(StringRef name, ArrayRef<Value> operands,
                                      ArrayRef<NamedAttribute> attributes,
                                      Type type, unsigned numResults) {
  SmallVector<Value> none(numResults);
  if (llvm::is_contained(operands, Value()))
    return none;
  OperationState state(loc, name);
  state.addOperands(operands);
  state.addAttributes(attributes);
  state.addTypes(SmallVector<Type>(
      numResults, type ? type : Type(NoneType::get(builder.getContext()))));
  Operation *op = Operation::create(state);
  std::string message;
  int64_t numElements = 0;
  {
    ScopedDiagnosticHandler capture(builder.getContext(), [&](Diagnostic &d) {
      if (message.empty())
        message = d.str();
      return success();
    });
    bool isValid = (type || succeeded(inferTypes(op))) &&
                   succeeded(op->getName().verifyInvariants(op));
    if (isValid && !haveCounts(op->getResultTypes(), numElements)) {
      message = "the dimensions of a result overflow";
      isValid = false;
    }
    if (!isValid) {
      op->destroy();
      op = nullptr;
    }
  }
  if (!op) {
    StringRef text = message;
    text.consume_front("'" + name.str() + "' op ");
    error() << text;
    return none;
  }
  (void)haveCounts(op->getOperandTypes(), numElements);
  if (auto values = fold(op, numElements)) {
    op->destroy();
    SmallVector<Value> constants;
    for (TypedAttr value : *values)
      constants.push_back(constant(value));
    return constants;
  }
  builder.insert(op);
  return SmallVector<Value>(op->getResults());
}

//===----------------------------------------------------------------------===//
// Attributes and constants
//===----------------------------------------------------------------------===//

NamedAttribute Composer::attr(StringRef name, int64_t value) {
  return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
}
NamedAttribute Composer::attr(StringRef name, double value) {
  return builder.getNamedAttr(name, builder.getF64FloatAttr(value));
}
NamedAttribute Composer::attr(StringRef name, Dims values) {
  return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(values));
}
NamedAttribute Composer::attr(StringRef name, Attribute value) {
  return builder.getNamedAttr(name, value);
}
NamedAttribute Composer::unit(StringRef name) {
  return builder.getNamedAttr(name, builder.getUnitAttr());
}

Value Composer::constant(TypedAttr value, StringRef name) {
  return graph::ConstantOp::create(builder, loc, value, name);
}

Value Composer::filled(Dims shape, Type elementType, double value) {
  Attribute element;
  if (auto floatType = dyn_cast<FloatType>(elementType)) {
    element = FloatAttr::get(floatType, value);
  } else {
    auto integer = static_cast<int64_t>(value);
    element = IntegerAttr::get(
        elementType, APInt(elementType.getIntOrFloatBitWidth(), integer,
                           /*isSigned=*/true, /*implicitTrunc=*/true));
  }
  return constant(DenseElementsAttr::get(
      RankedTensorType::get(shape, elementType), element));
}

Value Composer::scalar(Type elementType, double value) {
  return filled({}, elementType, value);
}

Value Composer::scalarLike(Value other, double value) {
  return other ? scalar(elementOf(other), value) : Value();
}

Value Composer::integers(Dims values) {
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    builder.getI64Type());
  return constant(DenseElementsAttr::get(type, values));
}

Value Composer::range(int64_t size, Type elementType, double start,
                      double delta) {
  Value result = createTyped<graph::IotaOp>(
      {}, RankedTensorType::get({size}, elementType));
  if (delta != 1)
    result = mul(result, delta);
  return start == 0 ? result : add(result, start);
}

//===----------------------------------------------------------------------===//
// Maps and moves
//===----------------------------------------------------------------------===//

Value Composer::softplus(Value a) {
  Value tail = log(add(exp(neg(abs(a))), 1));
  return add(max(a, 0), tail);
}

Value Composer::cast(Value a, Type elementType) {
  if (!a || elementOf(a) == elementType)
    return a;
  return createTyped<graph::CastOp>({a}, typeOf(a).clone(elementType));
}

Value Composer::widened(Value a) {
  bool isNarrow = a && (elementOf(a).isF16() || elementOf(a).isBF16());
  return isNarrow ? cast(a, builder.getF32Type()) : a;
}

Value Composer::reshape(Value a, Dims shape) {
  if (!a || shapeOf(a) == shape)
    return a;
  return createTyped<graph::ReshapeOp>({a}, typeOf(a).clone(shape));
}

Value Composer::transpose(Value a, Dims perm) {
  if (!a || llvm::equal(perm, llvm::seq<int64_t>(0, rankOf(a))))
    return a;
  return create<graph::TransposeOp>({a}, {attr("perm", perm)});
}

Value Composer::expand(Value a, Dims shape) {
  if (!a || shapeOf(a) == shape)
    return a;
  return createTyped<graph::ExpandOp>({a}, typeOf(a).clone(shape));
}

Value Composer::slice(Value a, Dims starts, Dims sizes, Dims steps) {
  bool isWhole = a && shapeOf(a) == sizes &&
                 llvm::all_of(starts, [](int64_t s) { return s == 0; });
  if (!a || isWhole)
    return a;
  return create<graph::SliceOp>(
      {a},
      {attr("starts", starts), attr("sizes", sizes), attr("steps", steps)});
}

Value Composer::slice(Value a, int64_t axis, int64_t start, int64_t size,
                      int64_t step) {
  if (!a)
    return a;
  SmallVector<int64_t> starts(rankOf(a), 0), sizes(shapeOf(a)),
      steps(rankOf(a), 1);
  starts[axis] = start;
  sizes[axis] = size;
  steps[axis] = step;
  return slice(a, starts, sizes, steps);
}

Value Composer::concat(ArrayRef<Value> values, int64_t axis) {
  if (values.size() == 1)
    return values[0];
  return create<graph::ConcatOp>(values, {attr("axis", axis)});
}

Value Composer::pad(Value a, Dims low, Dims high, Value value,
                    graph::PadMode mode) {
  bool isNothing = llvm::all_of(low, [](int64_t n) { return n == 0; }) &&
                   llvm::all_of(high, [](int64_t n) { return n == 0; });
  if (!a || isNothing)
    return a;
  return create<graph::PadOp>(
      {a, value},
      {attr("mode", graph::PadModeAttr::get(builder.getContext(), mode)),
       attr("low", low), attr("high", high)});
}

Value Composer::unsqueeze(Value a, int64_t axis) {
  if (!a)
    return a;
  SmallVector<int64_t> shape(shapeOf(a));
  shape.insert(shape.begin() + axis, 1);
  return reshape(a, shape);
}

Value Composer::gather(Value data, Value indices, int64_t axis) {
  return create<graph::GatherOp>({data, indices}, {attr("axis", axis)});
}

Value Composer::gatherElements(Value data, Value indices, int64_t axis) {
  return create<graph::GatherElementsOp>({data, indices}, {attr("axis", axis)});
}

Value Composer::matmul(Value a, Value b, bool transposeA, bool transposeB) {
  SmallVector<NamedAttribute> attributes;
  if (transposeA)
    attributes.push_back(unit("transpose_a"));
  if (transposeB)
    attributes.push_back(unit("transpose_b"));
  return create<graph::MatmulOp>({a, b}, attributes);
}

} // namespace wafer::importer
