//===- Tokens.h - tensors as tokens by features -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every kernel sees a tensor as a matrix: tokens (all dimensions but the last,
// row-major) by features (the last one). Tokens are dealt in balanced blocks to
// the rows of a rectangle and to launches, features to its columns.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_TOKENS_H
#define WAFER_KERNELS_TOKENS_H

#include "dialects/Wafer/Wafer.h"

namespace wafer {

struct TokenShape {
  int64_t tokens = 1;
  int64_t features = 1;
  bool operator==(TokenShape o) const {
    return tokens == o.tokens && features == o.features;
  }
  bool operator!=(TokenShape o) const { return !(*this == o); }
};
TokenShape getTokenShape(mlir::Type type);

/// The layout of a tensor of this rank: leading dimensions over rows, the last
/// one over columns, both in blocks.
mesh::LayoutAttr getTokenLayout(mlir::MLIRContext *context, int64_t rank);
/// The type with that layout.
mlir::RankedTensorType withTokenLayout(mlir::Type type);

/// `size` elements in `parts` balanced blocks: block p holds [start(p), start(p
/// + 1)) with start(p) = floor(p * size / parts).
struct BalancedBlocks {
  int64_t size = 0;
  int64_t parts = 1;

  int64_t largest() const { return (size + parts - 1) / parts; }
  int64_t start(int64_t p) const { return p * size / parts; }
  mlir::AffineExpr start(mlir::AffineExpr p) const;
  mlir::AffineExpr extent(mlir::AffineExpr p) const;
};

/// A constant where the value does not depend on anything, else `expr`.
mlir::AffineExpr simplified(mlir::AffineExpr expr);

/// How a tensor lies on a rectangle: the blocks of its tokens and features, and
/// their coordinates as expressions.
struct Sharding {
  mesh::RectAttr rect;
  BalancedBlocks tokens;   // over launches * rows
  BalancedBlocks features; // over columns

  Sharding(mesh::RectAttr rect, int64_t launches, TokenShape shape);
  /// The PE's block of tokens: launch * rows + row.
  mlir::AffineExpr tokenBlock() const;
  mlir::AffineExpr featureBlock() const;
  mlir::AffineExpr tokenStart() const { return tokens.start(tokenBlock()); }
  mlir::AffineExpr tokenExtent() const { return tokens.extent(tokenBlock()); }
  mlir::AffineExpr featureStart() const {
    return features.start(featureBlock());
  }
  mlir::AffineExpr featureExtent() const {
    return features.extent(featureBlock());
  }
  /// Elements of the largest part, stored [feature][token].
  int64_t largestPart() const { return tokens.largest() * features.largest(); }
};

} // namespace wafer

#endif
