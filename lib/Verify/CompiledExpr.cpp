//===- CompiledExpr.cpp - quasi-affine expressions, fast --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledExpr.h"

using namespace mlir;
using namespace wafer::verify;

void CompiledExpr::compile(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    steps.push_back({Kind::Constant, constant.getValue(), false});
    return;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    steps.push_back({Kind::Dim, int64_t(dim.getPosition()), false});
    return;
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Kind kind = Kind::Add;
  switch (expr.getKind()) {
  case AffineExprKind::Mul:
    kind = Kind::Mul;
    break;
  case AffineExprKind::FloorDiv:
    kind = Kind::FloorDiv;
    break;
  case AffineExprKind::CeilDiv:
    kind = Kind::CeilDiv;
    break;
  case AffineExprKind::Mod:
    kind = Kind::Mod;
    break;
  default:
    break;
  }
  compile(binary.getLHS());
  if (auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS())) {
    steps.push_back({kind, constant.getValue(), false});
    return;
  }
  compile(binary.getRHS());
  steps.push_back({kind, 0, true});
}

static int64_t floorDiv(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

int64_t CompiledExpr::evaluate(ArrayRef<int64_t> values) const {
  SmallVector<int64_t, 16> stack;
  for (const Step &step : steps) {
    if (step.kind == Kind::Constant || step.kind == Kind::Dim) {
      bool isConstant = step.kind == Kind::Constant;
      bool isKnown = step.value < int64_t(values.size());
      stack.push_back(isConstant ? step.value
                      : isKnown  ? values[step.value]
                                 : 0);
      continue;
    }
    int64_t right = step.isBinary ? stack.pop_back_val() : step.value;
    int64_t &top = stack.back();
    if (step.kind == Kind::Add)
      top = int64_t(uint64_t(top) + uint64_t(right));
    else if (step.kind == Kind::Mul)
      top = int64_t(uint64_t(top) * uint64_t(right));
    else if (right <= 0)
      top = 0;
    else if (step.kind == Kind::FloorDiv)
      top = floorDiv(top, right);
    else if (step.kind == Kind::CeilDiv)
      top = -floorDiv(-top, right);
    else
      top -= floorDiv(top, right) * right;
  }
  return stack.back();
}
