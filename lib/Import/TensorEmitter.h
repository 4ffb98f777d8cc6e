//===- TensorEmitter.h - graph ops for TOSA and linalg -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_TENSOREMITTER_H
#define WAFER_LIB_IMPORT_TENSOREMITTER_H

#include "dialects/Graph/Graph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"

namespace wafer::importer {

using Shape = llvm::ArrayRef<int64_t>;

inline mlir::RankedTensorType getTensorType(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}
inline Shape getShape(mlir::Value value) {
  return getTensorType(value).getShape();
}

/// A window of graph's convolutions and pools; an entry for each spatial
/// dimension.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, low, high, dilations;
};

/// Creates graph ops with the types that follow from their operands; no op
/// where it would do nothing. A null operand gives a null result, so that
/// chains need one check at their end. The verifier of the finished module is
/// what refuses combinations that graph does not have.
class TensorEmitter {
public:
  explicit TensorEmitter(mlir::OpBuilder builder) : builder(builder) {}

  mlir::OpBuilder builder;
  /// Of the source op that is being imported.
  mlir::Location loc = builder.getUnknownLoc();

  mlir::Value constant(mlir::TypedAttr value);
  /// Rank 0. `elementType` may be a float or an integer type.
  mlir::Value scalar(mlir::Type elementType, double value);
  /// 0, 1, ... along dimension `dim` of `rank`, which are otherwise 1; i64.
  mlir::Value iota(int64_t size, int64_t dim, int64_t rank);

  mlir::Value reshape(mlir::Value value, Shape shape);
  mlir::Value transpose(mlir::Value value, Shape perm);
  /// Repeats along dimensions of 1; ranks may differ as in numpy.
  mlir::Value expand(mlir::Value value, Shape shape);
  mlir::Value cast(mlir::Value value, mlir::Type elementType);
  mlir::Value slice(mlir::Value value, Shape starts, Shape sizes, Shape steps);
  mlir::Value concat(mlir::ValueRange values, int64_t axis);
  /// Places before and after, in each dimension, hold `value` of rank 0.
  mlir::Value pad(mlir::Value input, mlir::Value value, Shape low, Shape high);
  mlir::Value gather(mlir::Value data, mlir::Value indices, int64_t axis);
  /// Batches of matrices of equal leading dimensions.
  mlir::Value matmul(mlir::Value lhs, mlir::Value rhs);
  // On N×C×D… tensors. Padding of the operand by the element that these ops pad
  // with becomes the window's.
  mlir::Value conv(mlir::Value input, mlir::Value filters, Window window,
                   int64_t groups);
  mlir::Value maxPool(mlir::Value input, Window window);
  mlir::Value averagePool(mlir::Value input, Window window, bool countPadding);
  mlir::Value where(mlir::Value condition, mlir::Value lhs, mlir::Value rhs);
  mlir::Value rsqrt(mlir::Value value);
  /// The larger one of a value and a bound; graph.relu where the bound is 0.
  mlir::Value atLeast(mlir::Value value, mlir::Value bound);
  /// What a division leaves, with the sign of the dividend or the divisor.
  mlir::Value remainder(mlir::Value lhs, mlir::Value rhs, bool hasDividendSign);
  /// "All of" or "any of" bools along axes, which become 1.
  mlir::Value reduceBools(mlir::Value value, Shape axes, bool isAnd);

  template <typename OpT> mlir::Value unary(mlir::Value value) {
    return value ? OpT::create(builder, loc, value.getType(), value).getResult()
                 : mlir::Value();
  }
  template <typename OpT> mlir::Value binary(mlir::Value lhs, mlir::Value rhs) {
    mlir::Type type = getBroadcastType(lhs, rhs);
    return type ? OpT::create(builder, loc, type, lhs, rhs).getResult()
                : mlir::Value();
  }
  /// Graph comparisons, whose results are i1.
  template <typename OpT>
  mlir::Value compare(mlir::Value lhs, mlir::Value rhs) {
    mlir::RankedTensorType type = getBroadcastType(lhs, rhs);
    return type ? OpT::create(builder, loc, type.clone(builder.getI1Type()),
                              lhs, rhs)
                      .getResult()
                : mlir::Value();
  }
  /// Reductions that keep the dimensions of `axes` as 1.
  template <typename OpT> mlir::Value reduce(mlir::Value value, Shape axes) {
    if (!value || axes.empty())
      return value;
    llvm::SmallVector<int64_t> shape(getShape(value));
    for (int64_t axis : axes)
      shape[axis] = 1;
    return OpT::create(builder, loc, getTensorType(value).clone(shape), value,
                       axes, /*keepdims=*/true)
        .getResult();
  }

private:
  /// The type of lhs's elements in the broadcast shape; null if there is none.
  mlir::RankedTensorType getBroadcastType(mlir::Value lhs, mlir::Value rhs);
};

/// The values that a source function's values became.
class TensorImporter {
public:
  explicit TensorImporter(mlir::OpBuilder builder) : emit(builder) {}

  TensorEmitter emit;

  /// What `source` became; null if it has no value here (tensor.empty).
  mlir::Value lookup(mlir::Value source) const { return values.lookup(source); }
  void define(mlir::Value source, mlir::Value value) { values[source] = value; }
  /// Reports an operand that has no value.
  mlir::LogicalResult lookupAll(mlir::Operation &op,
                                llvm::SmallVectorImpl<mlir::Value> &operands);

private:
  llvm::DenseMap<mlir::Value, mlir::Value> values;
};

/// Imports one op: defines its results, or reports why it cannot.
using TensorOpImporter = mlir::LogicalResult (*)(TensorImporter &,
                                                 mlir::Operation &);
using TensorOpTable = llvm::StringMap<TensorOpImporter>;

// One function for each file of ops.
void addTosaImporters(TensorOpTable &table);
void addTosaShapeImporters(TensorOpTable &table);
void addTosaWindowImporters(TensorOpTable &table);
void addTensorImporters(TensorOpTable &table);
void addTMTensorImporters(TensorOpTable &table);
void addScalarImporters(TensorOpTable &table);

/// tosa.resize; see TosaResize.cpp.
mlir::LogicalResult importResize(TensorImporter &importer, mlir::Operation &op);

/// Any structured op of linalg on tensors; see LinalgImport.cpp.
mlir::LogicalResult importLinalg(TensorImporter &importer, mlir::Operation &op);

/// An op of arith or math, applied to tensors element by element with numpy
/// broadcasting; null if there is no such graph op.
mlir::Value emitScalarOp(TensorEmitter &emit, mlir::Operation &op,
                         llvm::ArrayRef<mlir::Value> operands);

// The parts of emitScalarOp; null for ops of another one.

/// Conversions, and ops on bools and integers that are several ops of graph or
/// mean another one there.
mlir::Value emitIntegerOp(TensorEmitter &emit, mlir::Operation &op,
                          llvm::ArrayRef<mlir::Value> operands);
/// Functions of floats that are several ops of graph.
mlir::Value emitComposedOp(TensorEmitter &emit, mlir::Operation &op,
                           llvm::ArrayRef<mlir::Value> operands);
/// A value that graph.less compares as `predicate` compares it.
mlir::Value toComparable(TensorEmitter &emit,
                         mlir::arith::CmpIPredicate predicate,
                         mlir::Value value);

/// The element type that stands for a scalar type: index is i64.
mlir::Type getGraphElementType(mlir::Type type);

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_TENSOREMITTER_H
