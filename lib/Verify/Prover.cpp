//===- Prover.cpp - proofs that expressions stay small ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Prover.h"
#include "SumBounds.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::verify;
using Id = DigitSums::Id;

static int64_t getNumber(AffineExpr expr) {
  return reinterpret_cast<intptr_t>(expr.getAsOpaquePointer());
}

DimMask Prover::getDims(AffineExpr expr) {
  auto [it, isNew] = dims.try_emplace(expr, 0);
  if (isNew)
    expr.walk([&mask = it->second](AffineExpr e) {
      if (auto dim = dyn_cast<AffineDimExpr>(e))
        mask |=
            dim.getPosition() < kMaxDims ? DimMask(1) << dim.getPosition() : 0;
    });
  return it->second;
}

/// Expressions, and all that their values depend on in a space.
std::optional<std::vector<int64_t>> Prover::getKey(ArrayRef<AffineExpr> exprs,
                                                   const ExprSpace &space) {
  std::vector<int64_t> key;
  DimMask used = 0, seen = 0;
  for (AffineExpr expr : exprs) {
    key.push_back(getNumber(expr));
    used |= getDims(expr);
  }
  while (DimMask fresh = used & ~seen) {
    unsigned dim = llvm::countr_zero(fresh);
    seen |= DimMask(1) << dim;
    const ExprSpace::Dim *values = space.lookup(dim);
    if (!values)
      return std::nullopt;
    key.push_back(-1 - int64_t(dim));
    if (values->count) {
      key.insert(key.end(), {getNumber(values->count), values->low});
      used |= getDims(values->count);
    } else {
      key.insert(key.end(), {values->low, values->high});
    }
  }
  return key;
}

bool Prover::areNeverAllPositive(ArrayRef<AffineExpr> exprs,
                                 const ExprSpace &space) {
  std::optional<std::vector<int64_t>> key = getKey(exprs, space);
  if (!key)
    return false;
  auto [it, isNew] = proofs.try_emplace(std::move(*key), false);
  if (!isNew)
    return it->second;
  // Where a part of an expression does not fit into 64 bits, it wraps.
  for (AffineExpr expr : exprs)
    if (!space.boundAbove(expr))
      return false;
  SmallVector<Id> ids;
  for (AffineExpr expr : exprs)
    if (std::optional<Id> id = sums.get(expr))
      ids.push_back(*id);
  return it->second = ids.size() == exprs.size() &&
                      SumBounds(sums, space).areNeverAllPositive(ids);
}

std::optional<int64_t> Prover::boundAbove(AffineExpr expr,
                                          const ExprSpace &space) {
  std::optional<std::vector<int64_t>> key = getKey(expr, space);
  if (!key)
    return std::nullopt;
  auto [it, isNew] = bounds.try_emplace(std::move(*key));
  std::optional<int64_t> simple = isNew ? space.boundAbove(expr) : std::nullopt;
  if (!simple)
    return it->second;
  it->second = simple;
  if (std::optional<Id> id = sums.get(expr))
    if (auto bound = SumBounds(sums, space).boundAbove(*id))
      it->second = std::min(*bound, *simple);
  return it->second;
}
