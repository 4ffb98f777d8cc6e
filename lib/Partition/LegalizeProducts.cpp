//===- LegalizeProducts.cpp - products of parts of weights ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A fused projection (query, key and value in one product) is cut along its
// features right after it; shared heads of keys repeat some. On the mesh both
// would move data between columns. A part of the product is the product of a
// part of the weights, and weights are host tensors, whose views cost nothing.
//
// In:  a graph, normalised.
// Out: no view of a product's result (with the elementwise ops of per-feature
//      operands behind it) that cuts or repeats features.
//
// 1. For every view that no view reads, the chain of views back to a product's
//    result is put in strided form (StridedView). Its digits are tokens, worth
//    whole rows, or features.
// 2. If the features are cut or repeated, the product, its bias and the
//    elementwise ops between are written again for the features that the view
//    has, in its order, then reshaped and transposed to the view's form.
// 3. The same features asked for twice are computed once; what nobody reads any
//    more is erased.
//
// Left alone: products that also add operands with tokens of their own, and
// views without strided form. Cost: the number of ops.
//
//   %0 = graph.matmul %x, %w : (..<8x16>, ..<16x24>)    slice of %w: 16x8
//   %1 = graph.slice %0 [0, 8] sizes [8, 8]        ->   graph.matmul : 8x8
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "wafer/Kernels/HostAccess.h"
#include "wafer/Kernels/Kernel.h"
#include "wafer/Kernels/StridedView.h"
#include "wafer/Partition/Passes.h"

#define DEBUG_TYPE "wafer-legalize-products"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_LEGALIZEPRODUCTS
#include "wafer/Partition/Passes.h.inc"

namespace {

using Digit = StridedView::Digit;

/// Features `offset + digits` of N: some of them, or some repeatedly.
struct Selection {
  int64_t offset = 0;
  SmallVector<Digit> digits; // outermost first

  int64_t count() const {
    int64_t product = 1;
    for (Digit digit : digits)
      product *= digit.size;
    return product;
  }
};

/// A product with elementwise ops of per-feature operands behind it.
struct Projection {
  graph::MatmulOp matmul;
  SmallVector<Operation *> tail; // in order
  int64_t features = 0;
};

int64_t lastDim(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getRank() == 0 ? 1 : type.getShape().back();
}

/// An operand that is the same for all tokens.
bool isPerFeature(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getNumElements() == lastDim(value);
}

std::optional<Projection> findProjection(Value result) {
  Projection projection;
  projection.features = lastDim(result);
  while (!result.getDefiningOp<graph::MatmulOp>()) {
    Operation *op = result.getDefiningOp();
    if (!op || isView(op) || !isMapOp(op) ||
        lastDim(result) != projection.features)
      return std::nullopt;
    Value next;
    for (Value operand : op->getOperands()) {
      if (isPerFeature(operand) && operand.getDefiningOp<graph::ConstantOp>())
        continue;
      if (next)
        return std::nullopt;
      next = operand;
    }
    if (!next || next.getType() != result.getType())
      return std::nullopt;
    projection.tail.insert(projection.tail.begin(), op);
    result = next;
  }
  projection.matmul = result.getDefiningOp<graph::MatmulOp>();
  auto rhs = cast<RankedTensorType>(projection.matmul.getRhs().getType());
  if (rhs.getRank() != 2 || lastDim(result) != projection.features)
    return std::nullopt;
  return projection;
}

/// The digits of a view of [tokens, features]: as the view has them, and tokens
/// and features apart.
struct ViewDigits {
  SmallVector<Digit> all, tokens;
  Selection features;
};

std::optional<ViewDigits> splitDigits(const StridedView &view,
                                      int64_t features) {
  ViewDigits digits;
  digits.features.offset = view.offset % features;
  if (view.offset / features != 0)
    return std::nullopt; // Cuts tokens.
  for (const StridedView::Dim &dim : view.dims)
    for (Digit digit : dim) {
      // A digit may run over whole rows and over features in them.
      if (digit.stride != 0 && digit.stride < features &&
          digit.size * digit.stride > features) {
        if (features % digit.stride || digit.size % (features / digit.stride))
          return std::nullopt;
        int64_t inner = features / digit.stride;
        digits.all.push_back({digit.size / inner, features});
        digit.size = inner;
      }
      digits.all.push_back(digit);
    }
  for (Digit digit : digits.all)
    (digit.stride >= features ? digits.tokens : digits.features.digits)
        .push_back(digit);
  llvm::stable_sort(digits.tokens,
                    [](Digit a, Digit b) { return a.stride > b.stride; });
  return digits;
}

class ProductLegalizer {
public:
  explicit ProductLegalizer(func::FuncOp function)
      : function(function), builder(function.getContext()) {}

  void run() {
    for (Operation &op : llvm::make_early_inc_range(function.getOps()))
      if (isView(&op) && llvm::any_of(op.getUsers(), [](Operation *user) {
            return !isView(user);
          }))
        legalize(op.getResult(0));
    for (Operation &op :
         llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
      if (isa<graph::GraphDialect>(op.getDialect()) && op.use_empty())
        op.erase();
  }

private:
  void legalize(Value leaf) {
    FailureOr<StridedView> view = StridedView::get(leaf);
    if (failed(view))
      return;
    std::optional<Projection> projection = findProjection(view->root);
    if (!projection)
      return;
    int64_t features = projection->features;
    std::optional<ViewDigits> digits = splitDigits(*view, features);
    if (!digits || isPermutation(digits->features, features))
      return;
    Value part = getPart(view->root, *projection, digits->features);
    if (!part)
      return;
    leaf.replaceAllUsesWith(rebuild(part, *digits, leaf));
  }

  /// Does the view have every feature once? Then the product stays whole.
  static bool isPermutation(const Selection &selection, int64_t features) {
    SmallVector<Digit> sorted = selection.digits;
    llvm::sort(sorted, [](Digit a, Digit b) { return a.stride > b.stride; });
    int64_t expected = 1;
    for (Digit digit : llvm::reverse(sorted)) {
      if (digit.stride != expected)
        return false;
      expected *= digit.size;
    }
    return expected == features && selection.offset == 0;
  }

  Value reshape(Value value, ArrayRef<int64_t> shape) {
    auto type = cast<RankedTensorType>(value.getType());
    return graph::ReshapeOp::create(
        builder, value.getLoc(),
        RankedTensorType::get(shape, type.getElementType()), value);
  }

  /// The selected indices of dimension `axis` of `value`: cut into factors at
  /// the strides, sliced, repeated, joined. Null if strides do not divide.
  Value select(Value value, int64_t axis, const Selection &selection,
               int64_t features) {
    auto shape =
        llvm::to_vector(cast<RankedTensorType>(value.getType()).getShape());
    // Factors between consecutive strides, largest stride first.
    SmallVector<int64_t> factors, starts, sizes, repeated;
    int64_t above = features, offset = selection.offset;
    auto cut = [&](int64_t stride, int64_t size) {
      factors.push_back(above / stride);
      starts.push_back(offset / stride);
      sizes.push_back(size);
      repeated.push_back(size);
      offset %= stride;
      above = stride;
    };
    SmallVector<Digit> digits = selection.digits;
    if (digits.empty() || digits.back().stride != 1)
      digits.push_back({1, 1});
    for (Digit digit : digits) {
      if (digit.stride == 0) {
        factors.push_back(1);
        starts.push_back(0);
        sizes.push_back(1);
        repeated.push_back(digit.size);
        continue;
      }
      if (above % digit.stride)
        return {};
      cut(digit.stride, digit.size);
      if (starts.back() + digit.size > factors.back())
        return {};
    }
    auto with = [&](ArrayRef<int64_t> middle) {
      SmallVector<int64_t> all(shape.begin(), shape.begin() + axis);
      all.append(middle.begin(), middle.end());
      all.append(shape.begin() + axis + 1, shape.end());
      return all;
    };
    Value result = reshape(value, with(factors));
    SmallVector<int64_t> zeros(shape.size() + factors.size() - 1, 0),
        ones(zeros.size(), 1), begin = zeros;
    llvm::copy(starts, begin.begin() + axis);
    result = graph::SliceOp::create(builder, value.getLoc(), result,
                                    builder.getDenseI64ArrayAttr(begin),
                                    builder.getDenseI64ArrayAttr(with(sizes)),
                                    builder.getDenseI64ArrayAttr(ones));
    if (sizes != repeated)
      result = graph::ExpandOp::create(
          builder, value.getLoc(),
          RankedTensorType::get(
              with(repeated),
              cast<RankedTensorType>(value.getType()).getElementType()),
          result);
    return reshape(result, with({selection.count()}));
  }

  /// The product of [tokens, selected features], tail applied.
  Value getPart(Value root, const Projection &projection,
                const Selection &selection) {
    for (auto &[known, with, part] : parts)
      if (known == root && with.offset == selection.offset &&
          with.digits == selection.digits)
        return part;
    graph::MatmulOp matmul = projection.matmul;
    // Where the whole value was ready, its operands are.
    builder.setInsertionPointAfterValue(root);
    Value weights = select(matmul.getRhs(), matmul.getTransposeB() ? 0 : 1,
                           selection, projection.features);
    if (!weights)
      return {};
    auto shapeOf = [&](Value value) {
      auto type = cast<RankedTensorType>(value.getType());
      auto shape = llvm::to_vector(type.getShape());
      shape.back() = selection.count();
      return RankedTensorType::get(shape, type.getElementType());
    };
    Value current = graph::MatmulOp::create(
        builder, matmul.getLoc(), shapeOf(matmul.getResult()), matmul.getLhs(),
        weights, matmul.getTransposeAAttr(), matmul.getTransposeBAttr());
    Value before = matmul.getResult();
    for (Operation *op : projection.tail) {
      IRMapping mapping;
      mapping.map(before, current);
      for (Value operand : op->getOperands())
        if (operand != before && lastDim(operand) != 1)
          mapping.map(
              operand,
              select(operand,
                     cast<RankedTensorType>(operand.getType()).getRank() - 1,
                     selection, projection.features));
      Operation *copy = builder.clone(*op, mapping);
      copy->getResult(0).setType(shapeOf(op->getResult(0)));
      before = op->getResult(0);
      current = copy->getResult(0);
    }
    parts.push_back({root, selection, current});
    return current;
  }

  /// The view again, of the part: its digits in the order of the part, then in
  /// the view's.
  Value rebuild(Value part, const ViewDigits &digits, Value leaf) {
    builder.setInsertionPointAfterValue(leaf);
    SmallVector<Digit> order = digits.tokens;
    order.append(digits.features.digits);
    SmallVector<int64_t> sizes, perm;
    for (Digit digit : order)
      sizes.push_back(digit.size);
    Value result = reshape(part, sizes);
    std::vector<bool> used(order.size());
    for (Digit digit : digits.all)
      for (auto [i, other] : llvm::enumerate(order))
        if (!used[i] && other == digit) {
          used[i] = true;
          perm.push_back(i);
          break;
        }
    if (!llvm::is_sorted(perm))
      result = graph::TransposeOp::create(builder, leaf.getLoc(), result,
                                          builder.getDenseI64ArrayAttr(perm));
    return reshape(result, cast<RankedTensorType>(leaf.getType()).getShape());
  }

  func::FuncOp function;
  OpBuilder builder;
  struct Part {
    Value root;
    Selection selection;
    Value part;
  };
  SmallVector<Part> parts;
};

struct LegalizeProducts : impl::LegalizeProductsBase<LegalizeProducts> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (llvm::hasSingleElement(function.getBody()))
        ProductLegalizer(function).run();
  }
};

} // namespace
} // namespace wafer
