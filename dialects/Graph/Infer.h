//===- Infer.h - result types of graph ops ----------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_INFER_H
#define WAFER_DIALECTS_GRAPH_INFER_H

#include "dialects/Graph/Graph.h"

namespace wafer::graph {

using Types = llvm::SmallVectorImpl<mlir::Type>;
using MaybeLoc = std::optional<mlir::Location>;

inline mlir::RankedTensorType getTensor(mlir::Value value) {
  return mlir::dyn_cast<mlir::RankedTensorType>(value.getType());
}

/// True if all operands are ranked tensors, else reports it.
bool checkTensors(MaybeLoc loc, mlir::ValueRange operands);
/// True if both have one element type, else reports it.
bool checkSameElements(MaybeLoc loc, mlir::RankedTensorType lhs,
                       mlir::RankedTensorType rhs);
/// True if `axis` is a dimension of `type`, else reports it.
bool checkAxis(MaybeLoc loc, int64_t axis, mlir::RankedTensorType type);
/// True if `type` broadcasts to `shape`, else reports it.
bool checkBroadcastsTo(MaybeLoc loc, mlir::RankedTensorType type,
                       llvm::ArrayRef<int64_t> shape);

// Each of these appends the result types of ops, or reports the constraint that
// operands or attributes break. The .td files say which op calls which.

/// How a window moves over the spatial dimensions (WindowOps.td).
struct WindowSteps {
  llvm::ArrayRef<int64_t> strides, low, high, dilations;
};

using mlir::LogicalResult;
using Dims = llvm::ArrayRef<int64_t>;
using mlir::Value;
using mlir::ValueRange;

LogicalResult inferBinary(MaybeLoc loc, Value lhs, Value rhs, Types &types);
LogicalResult inferCompare(MaybeLoc loc, Value lhs, Value rhs, Types &types);
LogicalResult inferWhere(MaybeLoc loc, Value condition, Value lhs, Value rhs,
                         Types &types);
LogicalResult inferReduce(MaybeLoc loc, Value input, Dims axes, bool keepdims,
                          Types &types);
LogicalResult inferArg(MaybeLoc loc, Value input, int64_t axis, bool keepdims,
                       Types &types);
LogicalResult inferSameWithAxis(MaybeLoc loc, Value input, int64_t axis,
                                Types &types);
LogicalResult inferTopK(MaybeLoc loc, Value input, int64_t axis, int64_t k,
                        Types &types);
LogicalResult inferTranspose(MaybeLoc loc, Value input, Dims perm,
                             Types &types);
LogicalResult inferConcat(MaybeLoc loc, ValueRange inputs, int64_t axis,
                          Types &types);
LogicalResult inferSlice(MaybeLoc loc, Value input, Dims starts, Dims sizes,
                         Dims steps, Types &types);
LogicalResult inferPad(MaybeLoc loc, Value input, Value value, PadMode mode,
                       Dims low, Dims high, Types &types);
LogicalResult inferGather(MaybeLoc loc, Value data, Value indices, int64_t axis,
                          Types &types);
LogicalResult inferGatherElements(MaybeLoc loc, Value data, Value indices,
                                  int64_t axis, Types &types);
LogicalResult inferGatherND(MaybeLoc loc, Value data, Value indices,
                            int64_t batchDims, Types &types);
LogicalResult inferScatterElements(MaybeLoc loc, ValueRange operands,
                                   int64_t axis, Types &types);
LogicalResult inferScatterND(MaybeLoc loc, ValueRange operands, Types &types);
LogicalResult inferNormalization(MaybeLoc loc, ValueRange operands,
                                 int64_t axis, Types &types);
LogicalResult inferMatmul(MaybeLoc loc, Value lhs, Value rhs, bool transposeA,
                          bool transposeB, Types &types);
LogicalResult inferConv(MaybeLoc loc, Value input, Value filters,
                        WindowSteps steps, int64_t groups, Types &types);
LogicalResult inferPool(MaybeLoc loc, Value input, Dims kernel,
                        WindowSteps steps, bool ceil, bool indices,
                        Types &types);
LogicalResult inferAttention(MaybeLoc loc, Value query, Value key, Value value,
                             Value mask, Types &types);
LogicalResult inferRotary(MaybeLoc loc, Value input, Value cos, Value sin,
                          Types &types);
LogicalResult inferLinearAttention(MaybeLoc loc, ValueRange operands,
                                   Types &types);

} // namespace wafer::graph

#endif // WAFER_DIALECTS_GRAPH_INFER_H
