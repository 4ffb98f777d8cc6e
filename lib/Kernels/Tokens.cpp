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

mesh::LayoutAttr wafer::getTokenLayout(MLIRContext *context, int64_t rank) {
  SmallVector<int64_t> rows, columns;
  for (int64_t d = 0; d < rank; ++d)
    (d + 1 < rank ? rows : columns).append({d, -1});
  auto axis = [&](ArrayRef<int64_t> digits) {
    return mesh::AxisAttr::get(context, digits, mesh::Distribution::Block,
                               /*pad=*/0);
  };
  return mesh::LayoutAttr::get(context, /*factors=*/{}, axis(rows),
                               axis(columns));
}

RankedTensorType wafer::withTokenLayout(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(
      tensor.getShape(), tensor.getElementType(),
      getTokenLayout(type.getContext(), tensor.getRank()));
}

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
  AffineExpr scaled = p * size;
  return parts == 1 ? scaled : scaled.floorDiv(parts);
}

AffineExpr BalancedBlocks::extent(AffineExpr p) const {
  if (parts == 1)
    return getAffineConstantExpr(size, p.getContext());
  if (size % parts == 0)
    return getAffineConstantExpr(size / parts, p.getContext());
  AffineExpr difference = start(p + 1) - start(p);
  return simplified(difference);
}

Sharding::Sharding(mesh::RectAttr rect, int64_t launches, TokenShape shape)
    : rect(rect), tokens{shape.tokens, rect.getHeight() * launches},
      features{shape.features, rect.getWidth()} {}

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
