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
  // As deep as there are steps at most; a plain array while they are few.
  std::array<int64_t, 32> shallow;
  SmallVector<int64_t, 0> deep;
  int64_t *top = shallow.data() - 1;
  if (steps.size() > shallow.size()) {
    deep.resize(steps.size());
    top = deep.data() - 1;
  }
  for (const Step &step : steps) {
    if (step.kind == Kind::Constant || step.kind == Kind::Dim) {
      bool isConstant = step.kind == Kind::Constant;
      bool isKnown = step.value < int64_t(values.size());
      *++top = isConstant ? step.value : isKnown ? values[step.value] : 0;
      continue;
    }
    int64_t right = step.isBinary ? *top-- : step.value;
    if (step.kind == Kind::Add)
      *top = int64_t(uint64_t(*top) + uint64_t(right));
    else if (step.kind == Kind::Mul)
      *top = int64_t(uint64_t(*top) * uint64_t(right));
    else if (right <= 0)
      *top = 0;
    else if (step.kind == Kind::FloorDiv)
      *top = floorDiv(*top, right);
    else if (step.kind == Kind::CeilDiv)
      *top = -floorDiv(-*top, right);
    else
      *top -= floorDiv(*top, right) * right;
  }
  return *top;
}
