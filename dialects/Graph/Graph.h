//===- Graph.h - the graph dialect ------------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_GRAPH_H
#define WAFER_DIALECTS_GRAPH_GRAPH_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Graph/GraphDialect.h.inc"
#include "dialects/Graph/GraphEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Graph/GraphAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Graph/GraphOps.h.inc"

namespace wafer::graph {

/// Name of the argument and result attribute with the ONNX name of a model's
/// input or output (a StringAttr).
inline constexpr llvm::StringLiteral kNameAttrName = "graph.name";

/// The ONNX name of input `index` of `function`; "input<index>" if it has none.
std::string getInputName(mlir::Operation *function, unsigned index);
/// The ONNX name of output `index` of `function`; "output<index>" if none.
std::string getOutputName(mlir::Operation *function, unsigned index);

/// Indices that an op is given: number i of `indices`, in row-major order, is
/// at least -n and less than n, n being sizes[i modulo their number].
struct GivenIndices {
  mlir::Value indices;
  llvm::SmallVector<int64_t, 2> sizes;
};
/// Those of a gather or scatter; nullopt for other ops.
std::optional<GivenIndices> getGivenIndices(mlir::Operation *op);

/// Bytes of an element as stored in a file and in memory: bool takes one.
int64_t getElementSizeInBytes(mlir::Type elementType);

/// True if `type` is an element type of this dialect.
bool isElementType(mlir::Type type);

/// True if `value` is of a kind that graph.constant may have.
bool isConstantValue(mlir::Attribute value);

/// Number of elements of a shape, or nullopt if it does not fit in 63 bits or a
/// dimension is negative (dynamic ones are).
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

/// The numpy broadcast of two shapes, or nullopt if they do not broadcast.
std::optional<llvm::SmallVector<int64_t>>
broadcastShapes(llvm::ArrayRef<int64_t> lhs, llvm::ArrayRef<int64_t> rhs);

/// A matrix product's operands as batches of matrices: rank 1 filled up to 2,
/// transposition applied. `batch` is the broadcast of the leading dimensions.
struct MatmulShape {
  int64_t m = 1, n = 1, k = 1;
  llvm::SmallVector<int64_t> batch, lhsBatch, rhsBatch;
  /// The result's shape as graph.matmul has it (extra dimensions dropped).
  llvm::SmallVector<int64_t> result;
};

/// The shape of a matrix product, or an error that names the broken constraint
/// of graph.matmul (C2 to C5).
mlir::FailureOr<MatmulShape>
getMatmulShape(llvm::ArrayRef<int64_t> lhs, llvm::ArrayRef<int64_t> rhs,
               bool transposeA, bool transposeB,
               llvm::function_ref<void(const llvm::Twine &)> emitError);

} // namespace wafer::graph

#endif // WAFER_DIALECTS_GRAPH_GRAPH_H
