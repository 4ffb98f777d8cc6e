//===- Binary.cpp - evaluation of maps of two operands ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Strided.h"

using namespace mlir;

namespace wafer::exec::reference {

//===----------------------------------------------------------------------===//
// The maps, for numbers of type T (bools: uint8_t of 0 or 1)
//===----------------------------------------------------------------------===//

#define WAFER_MAP(NAME, EXPRESSION)                                            \
  struct NAME {                                                                \
    template <typename T> auto operator()(T x, T y) const {                    \
      return EXPRESSION;                                                       \
    }                                                                          \
  }

/// Integers are added, subtracted and multiplied as 64-bit unsigned numbers, so
/// that they wrap around.
template <typename T>
using Wide = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;

template <typename T> static T divide(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    return x / y;
  } else {
    if (y == 0)
      return 0;
    if constexpr (std::is_signed_v<T>)
      if (y == -1) // the least number has no negative: it wraps around
        return static_cast<T>(uint64_t(0) - static_cast<uint64_t>(x));
    return static_cast<T>(x / y);
  }
}

/// With the sign of the dividend; of integers by 0: 0.
template <typename T> static T remainder(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fmod(x, y);
  } else {
    if (y == 0)
      return 0;
    if constexpr (std::is_signed_v<T>)
      if (y == -1)
        return 0;
    return static_cast<T>(x % y);
  }
}

/// With the sign of the divisor, zeros of floats too.
template <typename T> static T modulus(T x, T y) {
  T result = remainder(x, y);
  if constexpr (std::is_floating_point_v<T>)
    if (result == 0)
      return std::copysign(T(0), y);
  bool isOpposite = result != 0 && (result < 0) != (y < 0);
  return isOpposite ? static_cast<T>(result + y) : result;
}

template <typename T> static T power(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::pow(x, y);
  } else {
    if (y < 0) // 1/x^-y towards zero
      return x == 1 ? T(1) : x == T(-1) ? T(y & 1 ? -1 : 1) : T(0);
    uint64_t result = 1, base = static_cast<uint64_t>(x);
    for (uint64_t left = static_cast<uint64_t>(y); left; left >>= 1) {
      if (left & 1)
        result *= base;
      base *= base;
    }
    return static_cast<T>(result);
  }
}

/// Shifts by the width or more leave nothing.
template <typename T> static T shiftLeft(T x, T y) {
  bool isInside = y >= T(0) && static_cast<uint64_t>(y) < 8 * sizeof(T);
  return isInside ? static_cast<T>(static_cast<uint64_t>(x) << y) : T(0);
}

template <typename T> static T shiftRight(T x, T y) {
  bool isInside = y >= T(0) && static_cast<uint64_t>(y) < 8 * sizeof(T);
  return isInside ? static_cast<T>(x >> y) : x < T(0) ? T(-1) : T(0);
}

namespace {
WAFER_MAP(Add, static_cast<T>(Wide<T>(x) + Wide<T>(y)));
WAFER_MAP(Sub, static_cast<T>(Wide<T>(x) - Wide<T>(y)));
WAFER_MAP(Mul, static_cast<T>(Wide<T>(x) * Wide<T>(y)));
WAFER_MAP(Div, divide(x, y));
WAFER_MAP(Pow, power(x, y));
WAFER_MAP(Fmod, remainder(x, y));
WAFER_MAP(Mod, modulus(x, y));
WAFER_MAP(Min, (x != x || x < y) ? x : y); // NaN is unequal to itself
WAFER_MAP(Max, (x != x || y < x) ? x : y);
WAFER_MAP(And, static_cast<T>(x &y));
WAFER_MAP(Or, static_cast<T>(x | y));
WAFER_MAP(Xor, static_cast<T>(x ^ y));
WAFER_MAP(ShiftLeft, shiftLeft(x, y));
WAFER_MAP(ShiftRight, shiftRight(x, y));
WAFER_MAP(Equal, static_cast<uint8_t>(x == y));
WAFER_MAP(Less, static_cast<uint8_t>(x < y));
WAFER_MAP(LessOrEqual, static_cast<uint8_t>(x <= y));
} // namespace

/// Applies Map to pairs of T; `R` holds its results.
template <typename Map, typename T, typename R>
static void mapPairs(Dims shape, const Tensor &lhs, const Tensor &rhs,
                     Tensor &result) {
  const T *l = lhs.getValues<T>().data(), *r = rhs.getValues<T>().data();
  R *out = result.getMutableValues<R>().data();
  if (Dims(lhs.shape) == shape && Dims(rhs.shape) == shape) {
    for (int64_t i = 0, e = result.getNumElements(); i < e; ++i)
      out[i] = Map()(l[i], r[i]);
    return;
  }
  forEachElement<2>(shape,
                    {getBroadcastStrides(lhs.shape, shape),
                     getBroadcastStrides(rhs.shape, shape)},
                    [&](const std::array<int64_t, 2> &at) {
                      *out++ = Map()(l[at[0]], r[at[1]]);
                    });
}

template <typename Map>
static LogicalResult evaluateBinary(Operation *op, ArrayRef<Tensor> operands,
                                    SmallVectorImpl<Tensor> &results,
                                    const EvalOptions &) {
  Dims shape = getResultShape(op);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  bool toBool = type.getElementType().isInteger(1);
  Tensor result(toBool ? ElementType::Bool : operands[0].elementType, shape);
  withStoredType(operands[0].elementType, [&](auto tag) {
    using T = decltype(tag);
    using R = decltype(Map()(T(), T()));
    mapPairs<Map, T, R>(shape, operands[0], operands[1], result);
  });
  results.push_back(std::move(result));
  return success();
}

/// The same for integers and bools, whose maps floats do not have.
template <typename Map>
static LogicalResult evaluateBits(Operation *op, ArrayRef<Tensor> operands,
                                  SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &) {
  Dims shape = getResultShape(op);
  Tensor result(operands[0].elementType, shape);
  withStoredType(result.elementType, [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>)
      mapPairs<Map, T, T>(shape, operands[0], operands[1], result);
  });
  results.push_back(std::move(result));
  return success();
}

static LogicalResult evaluateMod(Operation *op, ArrayRef<Tensor> operands,
                                 SmallVectorImpl<Tensor> &results,
                                 const EvalOptions &options) {
  return cast<graph::ModOp>(op).getFmod()
             ? evaluateBinary<Fmod>(op, operands, results, options)
             : evaluateBinary<Mod>(op, operands, results, options);
}

void addBinaryEvaluators(EvaluatorTable &table) {
  using namespace graph;
  table[AddOp::getOperationName()] = evaluateBinary<Add>;
  table[SubOp::getOperationName()] = evaluateBinary<Sub>;
  table[MulOp::getOperationName()] = evaluateBinary<Mul>;
  table[DivOp::getOperationName()] = evaluateBinary<Div>;
  table[PowOp::getOperationName()] = evaluateBinary<Pow>;
  table[MinOp::getOperationName()] = evaluateBinary<Min>;
  table[MaxOp::getOperationName()] = evaluateBinary<Max>;
  table[ModOp::getOperationName()] = evaluateMod;
  table[AndOp::getOperationName()] = evaluateBits<And>;
  table[OrOp::getOperationName()] = evaluateBits<Or>;
  table[XorOp::getOperationName()] = evaluateBits<Xor>;
  table[ShiftLeftOp::getOperationName()] = evaluateBits<ShiftLeft>;
  table[ShiftRightOp::getOperationName()] = evaluateBits<ShiftRight>;
  table[EqualOp::getOperationName()] = evaluateBinary<Equal>;
  table[LessOp::getOperationName()] = evaluateBinary<Less>;
  table[LessOrEqualOp::getOperationName()] = evaluateBinary<LessOrEqual>;
}

} // namespace wafer::exec::reference
