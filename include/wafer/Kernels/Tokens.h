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

/// The order in which features are dealt to columns. Plain: as they are.
/// Paired: the features of each head so that the two that rotary embedding
/// turns together are neighbours and never on two PEs. With `pairs` = P pairs
/// turned in each head of D features, position u · 2 + a of the order, u =
/// (head · P + b) · (D / 2P) + c, is feature head · D + (2c + a) · P + b of a
/// half-split embedding (pairs i and i + P), head · D + 2 (c · P + b) + a of an
/// interleaved one (pairs 2i and 2i + 1). Those with c = 0 are turned.
struct FeatureOrder {
  int64_t heads = 1;
  int64_t headSize = 0;
  int64_t pairs = 0; // 0: plain
  bool interleaved = false;

  /// An order of 2 · `pairs` turned features in each head, if the head's size
  /// is a multiple of that.
  static std::optional<FeatureOrder> getPaired(int64_t heads, int64_t headSize,
                                               int64_t pairs, bool interleaved);
  /// The order that a layout of getTokenLayout says; nullopt for any other.
  static std::optional<FeatureOrder> get(mesh::LayoutAttr layout,
                                         llvm::ArrayRef<int64_t> shape);

  bool isPlain() const { return pairs == 0; }
  /// Features that stay together.
  int64_t unit() const { return isPlain() ? 1 : 2; }
  /// Units of a head for each pair that is turned.
  int64_t unitsPerPair() const { return headSize / (2 * pairs); }
  /// The feature at a position.
  mlir::AffineExpr feature(mlir::AffineExpr position) const;
  bool operator==(const FeatureOrder &o) const {
    return pairs == o.pairs &&
           (isPlain() || (heads == o.heads && headSize == o.headSize &&
                          interleaved == o.interleaved));
  }
  bool operator!=(const FeatureOrder &o) const { return !(*this == o); }
};

/// The layout of a tensor of this shape: leading dimensions over rows, the last
/// one over columns in `order`, both in blocks.
mesh::LayoutAttr getTokenLayout(mlir::MLIRContext *context, int64_t rank,
                                const FeatureOrder &order = {});
/// The type with that layout.
mlir::RankedTensorType withTokenLayout(mlir::Type type,
                                       const FeatureOrder &order = {});
/// The order of a tensor's features; plain for one that is not on the mesh.
FeatureOrder getFeatureOrder(mlir::Type type);

/// `size` elements in `parts` balanced blocks of whole units: block p holds
/// [start(p), start(p + 1)) with start(p) = floor(p * (size / unit) / parts) *
/// unit. The unit divides the size.
struct BalancedBlocks {
  int64_t size = 0;
  int64_t parts = 1;
  int64_t unit = 1;

  int64_t largest() const { return (size / unit + parts - 1) / parts * unit; }
  int64_t start(int64_t p) const { return p * (size / unit) / parts * unit; }
  mlir::AffineExpr start(mlir::AffineExpr p) const;
  mlir::AffineExpr extent(mlir::AffineExpr p) const;
};

/// A constant where the value does not depend on anything, else `expr`.
mlir::AffineExpr simplified(mlir::AffineExpr expr);

/// How a tensor lies on a rectangle: the blocks of its tokens and features, and
/// their coordinates as expressions.
struct Sharding {
  mesh::RectAttr rect;
  FeatureOrder order;
  BalancedBlocks tokens;   // over launches * rows
  BalancedBlocks features; // positions of the order, over columns

  Sharding(mesh::RectAttr rect, int64_t launches, TokenShape shape,
           const FeatureOrder &order = {});
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
  /// The feature at place `local` of the PE's part.
  mlir::AffineExpr featureAt(mlir::AffineExpr local) const {
    return order.feature(featureStart() + local);
  }
  /// Elements of the largest part, stored [feature][token].
  int64_t largestPart() const { return tokens.largest() * features.largest(); }
};

} // namespace wafer

#endif
