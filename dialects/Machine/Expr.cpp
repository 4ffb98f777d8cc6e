//===- Expr.cpp - quasi-affine expressions in PE coordinates ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Machine/Expr.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using llvm::divideCeilSigned;
using llvm::divideFloorSigned;

namespace wafer::machine {

AffineExpr exprX(MLIRContext *context) { return getAffineDimExpr(kX, context); }
AffineExpr exprY(MLIRContext *context) { return getAffineDimExpr(kY, context); }
AffineExpr exprLaunch(MLIRContext *context) {
  return getAffineDimExpr(kLaunch, context);
}
AffineExpr exprIndex(MLIRContext *context, unsigned k) {
  return getAffineDimExpr(kIndex0 + k, context);
}

std::optional<int64_t> evaluate(AffineExpr expr, ArrayRef<int64_t> values) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dim.getPosition() < values.size() ? values[dim.getPosition()] : 0;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  std::optional<int64_t> lhs = evaluate(binary.getLHS(), values);
  std::optional<int64_t> rhs = evaluate(binary.getRHS(), values);
  if (!lhs || !rhs)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add)
    return *lhs + *rhs;
  if (expr.getKind() == AffineExprKind::Mul)
    return *lhs * *rhs;
  if (*rhs <= 0)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return divideFloorSigned(*lhs, *rhs);
  if (expr.getKind() == AffineExprKind::CeilDiv)
    return divideCeilSigned(*lhs, *rhs);
  return *lhs - divideFloorSigned(*lhs, *rhs) * *rhs;
}

unsigned getNumIndicesUsed(AffineExpr expr) {
  unsigned used = 0;
  expr.walk([&](AffineExpr e) {
    if (auto dim = dyn_cast<AffineDimExpr>(e))
      if (dim.getPosition() >= kIndex0)
        used = std::max(used, dim.getPosition() - kIndex0 + 1);
  });
  return used;
}

LogicalResult verifyExpr(function_ref<InFlightDiagnostic()> emitError,
                         AffineExpr expr) {
  WalkResult result = expr.walk([&](AffineExpr e) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(e);
    if (!binary || e.getKind() == AffineExprKind::Add)
      return WalkResult::advance();
    auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS());
    bool isProduct = e.getKind() == AffineExprKind::Mul;
    if (constant && (isProduct || constant.getValue() > 0)) // C1
      return WalkResult::advance();
    emitError() << (isProduct ? "a factor of a product must be a constant: "
                              : "a divisor must be a positive constant: ")
                << toString(e);
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

ParseResult parseExpr(AsmParser &parser, AffineExpr &expr) {
  static const char *const kIndexNames[kMaxIndices] = {"i0", "i1", "i2", "i3",
                                                       "i4", "i5", "i6", "i7"};
  MLIRContext *context = parser.getContext();
  SmallVector<std::pair<StringRef, AffineExpr>> names = {
      {"x", exprX(context)},
      {"y", exprY(context)},
      {"launch", exprLaunch(context)}};
  for (unsigned k = 0; k < kMaxIndices; ++k)
    names.emplace_back(kIndexNames[k], exprIndex(context, k));
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseAffineExpr(names, expr))
    return failure();
  return verifyExpr([&]() { return parser.emitError(loc); }, expr);
}

static void printDim(raw_ostream &os, unsigned position) {
  if (position == kX)
    os << "x";
  else if (position == kY)
    os << "y";
  else if (position == kLaunch)
    os << "launch";
  else
    os << "i" << position - kIndex0;
}

static void print(raw_ostream &os, AffineExpr expr, bool tight);

/// The term of which `expr` is -1 times, or null.
static AffineExpr getNegated(AffineExpr expr) {
  auto product = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!product || expr.getKind() != AffineExprKind::Mul)
    return {};
  auto factor = dyn_cast<AffineConstantExpr>(product.getRHS());
  return factor && factor.getValue() == -1 ? product.getLHS() : AffineExpr();
}

/// A sum with a negative constant or a term times -1 reads as a difference.
static void printSum(raw_ostream &os, AffineExpr lhs, AffineExpr rhs) {
  auto constant = dyn_cast<AffineConstantExpr>(rhs);
  if (AffineExpr term = getNegated(lhs);
      term && constant && constant.getValue() >= 0) {
    os << constant.getValue() << " - ";
    print(os, term, /*tight=*/true);
    return;
  }
  print(os, lhs, /*tight=*/false);
  if (constant && constant.getValue() < 0 && constant.getValue() != INT64_MIN) {
    os << " - " << -constant.getValue();
  } else if (AffineExpr term = getNegated(rhs)) {
    os << " - ";
    print(os, term, /*tight=*/true);
  } else {
    os << " + ";
    print(os, rhs, /*tight=*/rhs.getKind() == AffineExprKind::Add);
  }
}

/// Prints with the fewest parentheses that parse back to the same tree: sums
/// are loose, everything else binds its operands.
static void print(raw_ostream &os, AffineExpr expr, bool tight) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    os << constant.getValue();
    return;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return printDim(os, dim.getPosition());
  auto binary = cast<AffineBinaryOpExpr>(expr);
  if (tight)
    os << "(";
  AffineExpr lhs = binary.getLHS(), rhs = binary.getRHS();
  if (expr.getKind() == AffineExprKind::Add) {
    printSum(os, lhs, rhs);
  } else {
    const char *name = expr.getKind() == AffineExprKind::Mul ? " * "
                       : expr.getKind() == AffineExprKind::FloorDiv
                           ? " floordiv "
                       : expr.getKind() == AffineExprKind::CeilDiv ? " ceildiv "
                                                                   : " mod ";
    print(os, lhs, /*tight=*/true);
    os << name;
    print(os, rhs, /*tight=*/true);
  }
  if (tight)
    os << ")";
}

void printExpr(raw_ostream &os, AffineExpr expr) {
  print(os, expr, /*tight=*/false);
}

std::string toString(AffineExpr expr) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printExpr(os, expr);
  return text;
}

} // namespace wafer::machine
