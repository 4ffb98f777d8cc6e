//===- Composer.h - graph ops made, checked and folded one by ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_COMPOSER_H
#define WAFER_LIB_IMPORT_COMPOSER_H

#include "dialects/Graph/Graph.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include <functional>

namespace wafer::importer {

using Dims = llvm::ArrayRef<int64_t>;
using mlir::Value;

inline mlir::RankedTensorType typeOf(Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}
inline mlir::Type elementOf(Value value) {
  return typeOf(value).getElementType();
}
inline Dims shapeOf(Value value) { return typeOf(value).getShape(); }
inline int64_t rankOf(Value value) { return typeOf(value).getRank(); }

/// Creates graph ops. Every op is verified when it is made: what is wrong goes
/// to `error` and the result is null. A null operand gives a null result
/// without another message, so that a composition is checked once, at its end.
/// An op whose operands are small dense constants is evaluated at once.
class Composer {
public:
  using ErrorStarter = std::function<mlir::InFlightDiagnostic()>;
  Composer(mlir::OpBuilder &builder, mlir::Location loc, ErrorStarter error)
      : builder(builder), loc(loc), error(std::move(error)) {}

  mlir::OpBuilder &builder;
  mlir::Location loc;
  ErrorStarter error;

  /// The results of an op whose types the op infers; null values after errors.
  template <typename OpT>
  llvm::SmallVector<Value>
  createAll(llvm::ArrayRef<Value> operands,
            llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
    constexpr unsigned numResults =
        OpT::template hasTrait<mlir::OpTrait::OneResult>() ? 1 : 2;
    return createOp(OpT::getOperationName(), operands, attributes, {},
                    numResults);
  }
  template <typename OpT>
  Value create(llvm::ArrayRef<Value> operands,
               llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
    return createAll<OpT>(operands, attributes)[0];
  }
  /// For ops whose type is written and not inferred.
  template <typename OpT>
  Value createTyped(llvm::ArrayRef<Value> operands, mlir::Type type) {
    return createOp(OpT::getOperationName(), operands, {}, type, 1)[0];
  }

  // Attributes.
  mlir::NamedAttribute attr(llvm::StringRef name, int64_t value);
  mlir::NamedAttribute attr(llvm::StringRef name, double value);
  mlir::NamedAttribute attr(llvm::StringRef name, Dims values);
  mlir::NamedAttribute attr(llvm::StringRef name, mlir::Attribute value);
  mlir::NamedAttribute unit(llvm::StringRef name);

  // Constants.
  Value constant(mlir::TypedAttr value, llvm::StringRef name = "");
  /// Of rank 0.
  Value scalar(mlir::Type elementType, double value);
  Value scalarLike(Value other, double value);
  /// Every element is `value`.
  Value filled(Dims shape, mlir::Type elementType, double value);
  /// i64 of rank 1.
  Value integers(Dims values);
  /// start + delta·(0, 1, …, size - 1).
  Value range(int64_t size, mlir::Type elementType, double start = 0,
              double delta = 1);

  // Maps with broadcasting.
  Value add(Value a, Value b) { return create<graph::AddOp>({a, b}); }
  Value sub(Value a, Value b) { return create<graph::SubOp>({a, b}); }
  Value mul(Value a, Value b) { return create<graph::MulOp>({a, b}); }
  Value div(Value a, Value b) { return create<graph::DivOp>({a, b}); }
  Value min(Value a, Value b) { return create<graph::MinOp>({a, b}); }
  Value max(Value a, Value b) { return create<graph::MaxOp>({a, b}); }
  Value equal(Value a, Value b) { return create<graph::EqualOp>({a, b}); }
  Value less(Value a, Value b) { return create<graph::LessOp>({a, b}); }
  Value lessOrEqual(Value a, Value b) {
    return create<graph::LessOrEqualOp>({a, b});
  }
  Value both(Value a, Value b) { return create<graph::AndOp>({a, b}); }
  Value where(Value condition, Value a, Value b) {
    return create<graph::WhereOp>({condition, a, b});
  }
  // The same with a number on one side.
  Value add(Value a, double b) { return a ? add(a, scalarLike(a, b)) : a; }
  Value sub(Value a, double b) { return a ? sub(a, scalarLike(a, b)) : a; }
  Value mul(Value a, double b) { return a ? mul(a, scalarLike(a, b)) : a; }
  Value div(Value a, double b) { return a ? div(a, scalarLike(a, b)) : a; }
  Value min(Value a, double b) { return a ? min(a, scalarLike(a, b)) : a; }
  Value max(Value a, double b) { return a ? max(a, scalarLike(a, b)) : a; }
  Value isNegative(Value a) { return a ? less(a, scalarLike(a, 0)) : a; }

  Value neg(Value a) { return create<graph::NegOp>({a}); }
  Value exp(Value a) { return create<graph::ExpOp>({a}); }
  Value log(Value a) { return create<graph::LogOp>({a}); }
  Value sqrt(Value a) { return create<graph::SqrtOp>({a}); }
  Value abs(Value a) { return create<graph::AbsOp>({a}); }
  Value tanh(Value a) { return create<graph::TanhOp>({a}); }
  Value sigmoid(Value a) { return create<graph::SigmoidOp>({a}); }
  Value complement(Value a) { return create<graph::NotOp>({a}); }
  Value square(Value a) { return mul(a, a); }
  /// log(1 + exp(x)) without overflow.
  Value softplus(Value a);
  /// The operand itself if it has that type already.
  Value cast(Value a, mlir::Type elementType);
  /// f16 and bf16 as f32, which operators with a stash type compute in.
  Value widened(Value a);

  // Moves. Each gives the operand itself where nothing would change.
  Value reshape(Value a, Dims shape);
  Value transpose(Value a, Dims perm);
  Value expand(Value a, Dims shape);
  Value slice(Value a, Dims starts, Dims sizes, Dims steps);
  /// `size` elements of `axis` from `start` on.
  Value slice(Value a, int64_t axis, int64_t start, int64_t size,
              int64_t step = 1);
  Value concat(llvm::ArrayRef<Value> values, int64_t axis);
  Value pad(Value a, Dims low, Dims high, Value value,
            graph::PadMode mode = graph::PadMode::Constant);
  /// With a dimension of 1 at `axis` of the result.
  Value unsqueeze(Value a, int64_t axis);

  Value gather(Value data, Value indices, int64_t axis);
  Value gatherElements(Value data, Value indices, int64_t axis);

  Value matmul(Value a, Value b, bool transposeA = false,
               bool transposeB = false);
  template <typename OpT>
  Value reduce(Value a, Dims axes, bool keepdims = false) {
    llvm::SmallVector<mlir::NamedAttribute> attributes = {attr("axes", axes)};
    if (keepdims)
      attributes.push_back(unit("keepdims"));
    return create<OpT>({a}, attributes);
  }
  Value reduceSum(Value a, Dims axes, bool keepdims = false) {
    return reduce<graph::ReduceSumOp>(a, axes, keepdims);
  }
  Value reduceMean(Value a, Dims axes, bool keepdims = false) {
    return reduce<graph::ReduceMeanOp>(a, axes, keepdims);
  }
  Value reduceMax(Value a, Dims axes, bool keepdims = false) {
    return reduce<graph::ReduceMaxOp>(a, axes, keepdims);
  }
  Value softmax(Value a, int64_t axis) {
    return create<graph::SoftmaxOp>({a}, {attr("axis", axis)});
  }
  Value logSoftmax(Value a, int64_t axis) {
    return create<graph::LogSoftmaxOp>({a}, {attr("axis", axis)});
  }

private:
  llvm::SmallVector<Value>
  createOp(llvm::StringRef name, llvm::ArrayRef<Value> operands,
           llvm::ArrayRef<mlir::NamedAttribute> attributes, mlir::Type type,
           unsigned numResults);
};

/// 0, 1, …, count - 1 from `first` on.
llvm::SmallVector<int64_t> dimsFrom(int64_t first, int64_t count);

/// The integers of a constant that is in the IR.
std::optional<llvm::SmallVector<int64_t>> getConstantInts(Value value);

/// Erases the ops of `block` that nothing uses.
void eraseUnusedOps(mlir::Block &block);

/// The dense constant with these little-endian bytes.
mlir::DenseElementsAttr createDense(mlir::RankedTensorType type,
                                    llvm::ArrayRef<uint8_t> bytes);

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_COMPOSER_H
