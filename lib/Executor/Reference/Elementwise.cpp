//===- Elementwise.cpp - evaluation of maps and constants -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Strided.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace wafer::exec::reference {

Strides getBroadcastStrides(Dims shape, Dims resultShape) {
  Strides strides(resultShape.size(), 0);
  int64_t stride = 1;
  size_t missing = resultShape.size() - shape.size();
  for (size_t i = shape.size(); i-- > 0; stride *= shape[i])
    if (shape[i] != 1)
      strides[missing + i] = stride;
  return strides;
}

//===----------------------------------------------------------------------===//
// Maps of one operand
//===----------------------------------------------------------------------===//

#define WAFER_MAP(NAME, EXPRESSION)                                            \
  struct NAME {                                                                \
    template <typename T> T operator()(T x) const { return EXPRESSION; }       \
  }

namespace {
WAFER_MAP(Abs, x < T(0) ? static_cast<T>(T(0) - x) : x);
WAFER_MAP(Neg, static_cast<T>(T(0) - x));
WAFER_MAP(Sign, x > T(0) ? T(1) : x < T(0) ? static_cast<T>(T(0) - T(1)) : x);
WAFER_MAP(Relu, x < T(0) ? T(0) : x); // NaN is not less: it stays
WAFER_MAP(Ceil, std::ceil(x));
WAFER_MAP(Floor, std::floor(x));
WAFER_MAP(Round, std::nearbyint(x)); // ties to even: the default mode
WAFER_MAP(Sqrt, std::sqrt(x));
WAFER_MAP(Reciprocal, T(1) / x);
WAFER_MAP(Exp, std::exp(x));
WAFER_MAP(Log, std::log(x));
WAFER_MAP(Sin, std::sin(x));
WAFER_MAP(Cos, std::cos(x));
WAFER_MAP(Tan, std::tan(x));
WAFER_MAP(Asin, std::asin(x));
WAFER_MAP(Acos, std::acos(x));
WAFER_MAP(Atan, std::atan(x));
WAFER_MAP(Sinh, std::sinh(x));
WAFER_MAP(Cosh, std::cosh(x));
WAFER_MAP(Tanh, std::tanh(x));
WAFER_MAP(Asinh, std::asinh(x));
WAFER_MAP(Acosh, std::acosh(x));
WAFER_MAP(Atanh, std::atanh(x));
WAFER_MAP(Erf, std::erf(x));
WAFER_MAP(Sigmoid, T(1) / (T(1) + std::exp(-x)));
WAFER_MAP(Silu, x / (T(1) + std::exp(-x)));
WAFER_MAP(Gelu, x *T(0.5) * (T(1) + std::erf(x * T(0.70710678118654752440))));
WAFER_MAP(TanhGelu,
          x *T(0.5) * (T(1) + std::tanh(T(0.79788456080286535588) *
                                        (x + T(0.044715) * x * x * x))));
} // namespace

template <typename Map> static Tensor mapNumbers(Tensor input) {
  withNumberType(input.elementType, [&](auto tag) {
    for (auto &value : input.getMutableValues<decltype(tag)>())
      value = Map()(value);
  });
  return input;
}

template <typename Map> static Tensor mapFloats(Tensor input) {
  withFloatType(input.elementType, [&](auto tag) {
    for (auto &value : input.getMutableValues<decltype(tag)>())
      value = Map()(value);
  });
  return input;
}

/// An operand as its type would hold it. Before a step (to an integer) digits
/// that the type does not have do harm: where f32 gives 2, 1.99999996 does not.
static Tensor roundToType(Operation *op, const Tensor &operand) {
  std::optional<ElementType> declared =
      getElementType(getElementTypeOrSelf(op->getOperand(0).getType()));
  if (!declared || !isFloat(*declared))
    return operand;
  return operand.convertedTo(*declared).convertedTo(operand.elementType);
}

/// An evaluator of a function that is a step.
template <typename Map>
static LogicalResult evaluateStep(Operation *op, ArrayRef<Tensor> operands,
                                  SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &) {
  results.push_back(mapFloats<Map>(roundToType(op, operands[0])));
  return success();
}

/// An evaluator that applies `Fn`, a function of one tensor.
template <Tensor (*Fn)(Tensor)>
static LogicalResult evaluateUnary(Operation *, ArrayRef<Tensor> operands,
                                   SmallVectorImpl<Tensor> &results,
                                   const EvalOptions &) {
  results.push_back(Fn(operands[0]));
  return success();
}

static LogicalResult evaluateGelu(Operation *op, ArrayRef<Tensor> operands,
                                  SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &) {
  results.push_back(cast<graph::GeluOp>(op).getTanh()
                        ? mapFloats<TanhGelu>(operands[0])
                        : mapFloats<Gelu>(operands[0]));
  return success();
}

static Tensor complement(Tensor input) {
  bool isBool = input.elementType == ElementType::Bool;
  for (uint8_t &byte : input.getMutableBytes())
    byte = isBool ? !byte : ~byte;
  return input;
}

//===----------------------------------------------------------------------===//
// Selection, conversion, constants
//===----------------------------------------------------------------------===//

static LogicalResult evaluateWhere(Operation *op, ArrayRef<Tensor> operands,
                                   SmallVectorImpl<Tensor> &results,
                                   const EvalOptions &) {
  Dims shape = getResultShape(op);
  Tensor result(operands[1].elementType, shape);
  const uint8_t *condition = operands[0].getBytes().data();
  withBitsType(result.elementType, [&](auto tag) {
    using T = decltype(tag);
    const T *l = operands[1].getValues<T>().data(),
            *r = operands[2].getValues<T>().data();
    T *out = result.getMutableValues<T>().data();
    forEachElement<3>(shape,
                      {getBroadcastStrides(operands[0].shape, shape),
                       getBroadcastStrides(operands[1].shape, shape),
                       getBroadcastStrides(operands[2].shape, shape)},
                      [&](const std::array<int64_t, 3> &at) {
                        *out++ = condition[at[0]] ? l[at[1]] : r[at[2]];
                      });
  });
  results.push_back(std::move(result));
  return success();
}

static LogicalResult evaluateCast(Operation *op, ArrayRef<Tensor> operands,
                                  SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  ElementType elementType = *getElementType(type.getElementType());
  results.push_back(
      isFloat(elementType)
          ? operands[0].convertedTo(elementType)
          : roundToType(op, operands[0]).convertedTo(elementType));
  return success();
}

static LogicalResult evaluateConstant(Operation *op, ArrayRef<Tensor>,
                                      SmallVectorImpl<Tensor> &results,
                                      const EvalOptions &options) {
  auto constant = cast<graph::ConstantOp>(op);
  StringRef name = constant.getName().value_or("");
  llvm::Expected<Tensor> tensor =
      options.constants->read(constant.getValue(), name);
  if (!tensor)
    return op->emitError(llvm::toString(tensor.takeError()));
  results.push_back(std::move(*tensor));
  return success();
}

static LogicalResult evaluateIota(Operation *op, ArrayRef<Tensor>,
                                  SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &options) {
  auto type = cast<graph::IotaOp>(op).getType();
  Tensor result(
      getEvaluationType(*getElementType(type.getElementType()), options),
      type.getShape());
  withNumberType(result.elementType, [&](auto tag) {
    using T = decltype(tag);
    for (auto [i, value] : llvm::enumerate(result.getMutableValues<T>()))
      value = static_cast<T>(i);
  });
  results.push_back(std::move(result));
  return success();
}

void addElementwiseEvaluators(EvaluatorTable &table) {
  using namespace graph;
  table[ConstantOp::getOperationName()] = evaluateConstant;
  table[IotaOp::getOperationName()] = evaluateIota;
  table[CastOp::getOperationName()] = evaluateCast;
  table[WhereOp::getOperationName()] = evaluateWhere;
  table[GeluOp::getOperationName()] = evaluateGelu;
  table[NotOp::getOperationName()] = evaluateUnary<complement>;
  table[AbsOp::getOperationName()] = evaluateUnary<mapNumbers<Abs>>;
  table[NegOp::getOperationName()] = evaluateUnary<mapNumbers<Neg>>;
  table[SignOp::getOperationName()] = evaluateUnary<mapNumbers<Sign>>;
  table[ReluOp::getOperationName()] = evaluateUnary<mapNumbers<Relu>>;
  table[CeilOp::getOperationName()] = evaluateStep<Ceil>;
  table[FloorOp::getOperationName()] = evaluateStep<Floor>;
  table[RoundOp::getOperationName()] = evaluateStep<Round>;
  table[SqrtOp::getOperationName()] = evaluateUnary<mapFloats<Sqrt>>;
  table[ReciprocalOp::getOperationName()] =
      evaluateUnary<mapFloats<Reciprocal>>;
  table[ExpOp::getOperationName()] = evaluateUnary<mapFloats<Exp>>;
  table[LogOp::getOperationName()] = evaluateUnary<mapFloats<Log>>;
  table[SinOp::getOperationName()] = evaluateUnary<mapFloats<Sin>>;
  table[CosOp::getOperationName()] = evaluateUnary<mapFloats<Cos>>;
  table[TanOp::getOperationName()] = evaluateUnary<mapFloats<Tan>>;
  table[AsinOp::getOperationName()] = evaluateUnary<mapFloats<Asin>>;
  table[AcosOp::getOperationName()] = evaluateUnary<mapFloats<Acos>>;
  table[AtanOp::getOperationName()] = evaluateUnary<mapFloats<Atan>>;
  table[SinhOp::getOperationName()] = evaluateUnary<mapFloats<Sinh>>;
  table[CoshOp::getOperationName()] = evaluateUnary<mapFloats<Cosh>>;
  table[TanhOp::getOperationName()] = evaluateUnary<mapFloats<Tanh>>;
  table[AsinhOp::getOperationName()] = evaluateUnary<mapFloats<Asinh>>;
  table[AcoshOp::getOperationName()] = evaluateUnary<mapFloats<Acosh>>;
  table[AtanhOp::getOperationName()] = evaluateUnary<mapFloats<Atanh>>;
  table[ErfOp::getOperationName()] = evaluateUnary<mapFloats<Erf>>;
  table[SigmoidOp::getOperationName()] = evaluateUnary<mapFloats<Sigmoid>>;
  table[SiluOp::getOperationName()] = evaluateUnary<mapFloats<Silu>>;
}

} // namespace wafer::exec::reference
