//===- Tokens.cpp - tensors as tokens by features -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Tokens.h"

using namespace mlir;
using namespace wafer;

TokenShape wafer::getTokenShape(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  TokenShape shape;
  for (int64_t dim : tensor.getShape().drop_back(tensor.getRank() > 0 ? 1 : 0))
    shape.tokens *= dim;
  if (tensor.getRank() > 0)
    shape.features = tensor.getShape().back();
  return shape;
}

//===----------------------------------------------------------------------===//
// Orders of features
//===----------------------------------------------------------------------===//

std::optional<FeatureOrder> FeatureOrder::getPaired(int64_t heads,
                                                    int64_t headSize,
                                                    int64_t pairs,
                                                    bool interleaved) {
  if (pairs < 1 || headSize % (2 * pairs) != 0)
    return std::nullopt;
  return FeatureOrder{heads, headSize, pairs, interleaved};
}

AffineExpr FeatureOrder::feature(AffineExpr position) const {
  if (isPlain())
    return position;
  int64_t c = unitsPerPair();
  AffineExpr unit = position.floorDiv(2), a = position % 2;
  AffineExpr head = unit.floorDiv(pairs * c), b = unit.floorDiv(c) % pairs,
             turned = unit % c;
  AffineExpr inHead =
      interleaved ? (turned * pairs + b) * 2 + a : (turned * 2 + a) * pairs + b;
  return head * headSize + inHead;
}

/// The factors of the last dimension: heads, c, then b and a as they are in the
/// tensor.
static SmallVector<int64_t, 4> getFactors(const FeatureOrder &order) {
  int64_t c = order.unitsPerPair();
  return order.interleaved
             ? SmallVector<int64_t, 4>{order.heads, c, order.pairs, 2}
             : SmallVector<int64_t, 4>{order.heads, c, 2, order.pairs};
}

mesh::LayoutAttr wafer::getTokenLayout(MLIRContext *context, int64_t rank,
                                       const FeatureOrder &order) {
  SmallVector<int64_t> rows, columns, factors;
  for (int64_t d = 0; d + 1 < rank; ++d)
    rows.append({d, -1});
  int64_t last = rank - 1;
  if (!order.isPlain()) {
    factors.append({last, 4});
    factors.append(getFactors(order));
    columns = {last, 0, last, order.interleaved ? 2 : 3, last, 1};
  } else if (rank > 0) {
    columns = {last, -1};
  }
  auto axis = [&](ArrayRef<int64_t> digits) {
    return mesh::AxisAttr::get(context, digits, mesh::Distribution::Block,
                               /*pad=*/0);
  };
  return mesh::LayoutAttr::get(context, factors, axis(rows), axis(columns));
}

std::optional<FeatureOrder> FeatureOrder::get(mesh::LayoutAttr layout,
                                              ArrayRef<int64_t> shape) {
  FeatureOrder order;
  if (ArrayRef<int64_t> f = layout.getFactors(); f.size() == 6 && f[1] == 4) {
    bool interleaved = layout.getColumns().getDigits().size() == 6 &&
                       layout.getColumns().getDigits()[3] == 2;
    order = {f[2], f[3] * f[4] * f[5], interleaved ? f[4] : f[5], interleaved};
  }
  if (layout != getTokenLayout(layout.getContext(), shape.size(), order))
    return std::nullopt;
  return order;
}

RankedTensorType wafer::withTokenLayout(Type type, const FeatureOrder &order) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(
      tensor.getShape(), tensor.getElementType(),
      getTokenLayout(type.getContext(), tensor.getRank(), order));
}

FeatureOrder wafer::getFeatureOrder(Type type) {
  mesh::LayoutAttr layout = mesh::getLayout(type);
  return layout ? FeatureOrder::get(layout,
                                    cast<RankedTensorType>(type).getShape())
                      .value_or(FeatureOrder())
                : FeatureOrder();
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

static bool hasDivision(AffineExpr expr) {
  bool found = false;
  expr.walk([&](AffineExpr e) {
    found |= e.getKind() == AffineExprKind::FloorDiv ||
             e.getKind() == AffineExprKind::Mod ||
             e.getKind() == AffineExprKind::CeilDiv;
  });
  return found;
}

AffineExpr wafer::simplified(AffineExpr expr) {
  // Flattening a quasi-affine expression would rewrite it with new divisions.
  return hasDivision(expr) ? expr
                           : simplifyAffineExpr(expr, machine::kExprDims, 0);
}

AffineExpr BalancedBlocks::start(AffineExpr p) const {
  AffineExpr scaled = p * (size / unit);
  return (parts == 1 ? scaled : scaled.floorDiv(parts)) * unit;
}

AffineExpr BalancedBlocks::extent(AffineExpr p) const {
  if (parts == 1)
    return getAffineConstantExpr(size, p.getContext());
  if (size / unit % parts == 0)
    return getAffineConstantExpr(size / parts, p.getContext());
  AffineExpr difference = start(p + 1) - start(p);
  return simplified(difference);
}

Sharding::Sharding(mesh::RectAttr rect, int64_t launches, TokenShape shape,
                   const FeatureOrder &order)
    : rect(rect), order(order),
      tokens{shape.tokens, rect.getHeight() * launches},
      features{shape.features, rect.getWidth(), order.unit()} {}

AffineExpr Sharding::tokenBlock() const {
  MLIRContext *context = rect.getContext();
  AffineExpr row = machine::exprY(context) - rect.getY0();
  return tokens.parts == rect.getHeight()
             ? row
             : machine::exprLaunch(context) * rect.getHeight() + row;
}

AffineExpr Sharding::featureBlock() const {
  return machine::exprX(rect.getContext()) - rect.getX0();
}
