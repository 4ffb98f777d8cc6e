//===- Expr.cpp - expressions compiled for speed ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Machine/Expr.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wafer::exec;
using llvm::divideFloorSigned;

int64_t Expr::Division::eval(const ExprValues &values) const {
  int64_t value = dividend.front().eval(values);
  int64_t quotient = divideFloorSigned(value, divisor);
  return isRemainder ? value - quotient * divisor : quotient;
}

void Expr::addScaled(const Expr &other, int64_t factor) {
  if (factor == 0)
    return;
  constant += other.constant * factor;
  for (const Linear &term : other.linear) {
    auto *same = llvm::find_if(
        linear, [&](const Linear &mine) { return mine.dim == term.dim; });
    if (same == linear.end())
      linear.push_back({term.dim, term.factor * factor});
    else if ((same->factor += term.factor * factor) == 0)
      linear.erase(same);
  }
  for (Division term : other.divisions) {
    term.factor *= factor;
    divisions.push_back(std::move(term));
  }
}

std::optional<Expr> Expr::compile(AffineExpr expr) {
  Expr result;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return Expr(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    if (dim.getPosition() >= machine::kExprDims)
      return std::nullopt;
    result.linear.push_back({dim.getPosition(), 1});
    return result;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  std::optional<Expr> lhs = compile(binary.getLHS()),
                      rhs = compile(binary.getRHS());
  if (!lhs || !rhs)
    return std::nullopt;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    lhs->addScaled(*rhs, 1);
    return lhs;
  case AffineExprKind::Mul:
    if (!lhs->isConstant())
      std::swap(lhs, rhs);
    if (!lhs->isConstant())
      return std::nullopt;
    result.addScaled(*rhs, lhs->constant);
    return result;
  default:
    break;
  }
  if (!rhs->isConstant() || rhs->constant <= 0)
    return std::nullopt;
  // ceil(a / d) = floor((a + d - 1) / d).
  if (expr.getKind() == AffineExprKind::CeilDiv)
    lhs->constant += rhs->constant - 1;
  Division division{
      1, rhs->constant, expr.getKind() == AffineExprKind::Mod, {*lhs}};
  if (lhs->isConstant())
    return Expr(division.eval({}));
  result.divisions.push_back(std::move(division));
  return result;
}

uint32_t Expr::getDims() const {
  uint32_t dims = 0;
  for (const Linear &term : linear)
    dims |= 1u << term.dim;
  for (const Division &term : divisions)
    dims |= term.dividend.front().getDims();
  return dims;
}

std::optional<int64_t> Expr::getFactor(unsigned dim) const {
  for (const Division &term : divisions)
    if (term.dividend.front().dependsOn(dim))
      return std::nullopt;
  for (const Linear &term : linear)
    if (term.dim == dim)
      return term.factor;
  return 0;
}

/// The expression with x and y filled in, in a form that equal functions mostly
/// share: what a division's dividend has beyond the divisor moves out of it.
Expr Expr::fixPE(int64_t x, int64_t y) const {
  Expr result(constant);
  for (const Linear &term : linear) {
    if (term.dim > machine::kY)
      result.linear.push_back(term);
    else
      result.constant += term.factor * (term.dim == machine::kX ? x : y);
  }
  llvm::sort(result.linear,
             [](const Linear &a, const Linear &b) { return a.dim < b.dim; });
  for (const Division &term : divisions) {
    Division fixed = term;
    Expr &dividend = fixed.dividend.front();
    dividend = dividend.fixPE(x, y);
    int64_t whole = divideFloorSigned(dividend.constant, term.divisor);
    dividend.constant -= whole * term.divisor;
    if (!term.isRemainder)
      result.constant += whole * term.factor;
    if (dividend.isConstant())
      result.constant += term.factor * fixed.eval({});
    else
      result.divisions.push_back(std::move(fixed));
  }
  return result;
}

static constexpr int64_t kDivisionMark = INT64_MIN;

void Expr::appendSignature(int64_t x, int64_t y,
                           std::vector<int64_t> &key) const {
  Expr fixed = fixPE(x, y);
  key.push_back(fixed.constant);
  for (const Linear &term : fixed.linear)
    key.insert(key.end(), {static_cast<int64_t>(term.dim), term.factor});
  for (const Division &term : fixed.divisions) {
    key.insert(key.end(),
               {kDivisionMark, term.factor, term.divisor, term.isRemainder});
    term.dividend.front().appendSignature(0, 0, key);
  }
  key.push_back(kDivisionMark + 1);
}
