//===- Attention.cpp - attention as the mesh sees it ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Attention.h"

#include "wafer/Kernels/HostAccess.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace wafer;

namespace {
struct Matcher {
  AttentionForm form;
  std::string &reason;
  llvm::SetVector<Operation *> ops;

  explicit Matcher(std::string &reason) : reason(reason) {}

  LogicalResult refuse(const Twine &why) {
    reason = why.str();
    return failure();
  }
  LogicalResult matchShapes(graph::AttentionOp op);
  LogicalResult matchOperand(Value value, int64_t size, StringRef name,
                             AttentionForm::Operand &operand);
  LogicalResult matchRotary(const StridedView &view, int64_t size,
                            AttentionForm::Operand &operand);
};
} // namespace

LogicalResult Matcher::matchShapes(graph::AttentionOp op) {
  auto shape = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getShape();
  };
  ArrayRef<int64_t> q = shape(op.getQuery()), k = shape(op.getKey()),
                    v = shape(op.getValue());
  form.op = op;
  form.batch = q[0], form.heads = q[1], form.sequence = q[2],
  form.headSize = q[3], form.valueSize = v[3];
  form.isCausal = op.getCausal().has_value();
  if (k[1] != q[1])
    return refuse("has " + Twine(k[1]) + " heads of keys for " + Twine(q[1]) +
                  " of queries (wafer-repeat-heads repeats them)");
  if (k[2] != q[2])
    return refuse("has " + Twine(k[2]) + " keys for " + Twine(q[2]) +
                  " queries; only self-attention has a kernel");
  if (op.getCausal() && *op.getCausal() != 0)
    return refuse("is causal with an offset of " +
                  Twine(static_cast<int64_t>(*op.getCausal())) +
                  "; only 0 has a kernel");
  if (op.getSoftcap())
    return refuse("has a softcap, for which there is no kernel");
  return success();
}

/// Digits of a dimension of tokens: the batch, the place in the sequence, or
/// one after the other.
LogicalResult Matcher::matchRotary(const StridedView &view, int64_t size,
                                   AttentionForm::Operand &operand) {
  int64_t row = form.heads * size;
  auto cos = cast<RankedTensorType>(operand.rotary.getCos().getType());
  int64_t rank = view.dims.size(), missing = rank - cos.getRank();
  if (!view.isDim(rank - 1, size, 1))
    return refuse("turns pairs of features that are not those of one head");
  for (int64_t d = 0; d + 1 < rank; ++d) {
    TokenDim dim = TokenDim::None;
    if (view.isDim(d, form.batch, form.sequence * row))
      dim = form.batch == 1 ? TokenDim::None : TokenDim::Batch;
    else if (view.isDim(d, form.sequence, row))
      dim = TokenDim::Sequence;
    else if (view.isDim(d, form.batch * form.sequence, row))
      dim = TokenDim::Both;
    bool varies = d >= missing && cos.getDimSize(d - missing) != 1;
    if (varies && dim == TokenDim::None)
      return refuse("turns heads by different angles");
    operand.rotaryDims.push_back(dim);
  }
  if (!FeatureOrder::getPaired(form.heads, size, cos.getShape().back(),
                               operand.rotary.getInterleaved()))
    return refuse("turns " + Twine(2 * cos.getShape().back()) +
                  " features of a head of " + Twine(size) +
                  ", which is no multiple of that");
  return success();
}

LogicalResult Matcher::matchOperand(Value value, int64_t size, StringRef name,
                                    AttentionForm::Operand &operand) {
  SmallVector<Operation *> chain;
  while (Operation *op = value.getDefiningOp()) {
    auto rotary = dyn_cast<graph::RotaryEmbeddingOp>(op);
    if (!isView(op) && (!rotary || operand.rotary))
      break;
    if (rotary)
      operand.rotary = rotary;
    chain.push_back(op);
    value = op->getOperand(0);
  }
  operand.root = value;
  StridedView view = StridedView::whole(value);
  for (Operation *op : llvm::reverse(chain)) {
    ops.insert(op);
    if (op == operand.rotary ? failed(matchRotary(view, size, operand))
                             : failed(view.apply(op))) {
      if (reason.empty())
        reason = ("views its " + name + " in a form without strides").str();
      return failure();
    }
  }
  int64_t row = form.heads * size;
  TokenShape shape = getTokenShape(value.getType());
  if (view.dims.size() != 4 || view.offset != 0 ||
      shape != TokenShape{form.batch * form.sequence, row} ||
      !view.isDim(0, form.batch, form.sequence * row) ||
      !view.isDim(1, form.heads, size) || !view.isDim(2, form.sequence, row) ||
      !view.isDim(3, size, 1))
    return refuse("reads " + name +
                  " that do not lie as tokens by features of its heads");
  return success();
}

bool AttentionForm::liesAsTokens(Value value) {
  std::string reason;
  Matcher matcher(reason);
  ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
  matcher.form.batch = shape[0], matcher.form.heads = shape[1],
  matcher.form.sequence = shape[2];
  Operand operand;
  if (failed(matcher.matchOperand(value, shape[3], "operands", operand)))
    return false;
  Operation *root = operand.root.getDefiningOp();
  return root && !isa<graph::ConstantOp, graph::GatherOp>(root);
}

/// Is `value`, a view of the attention's result, tokens by features?
static bool isTokensByFeatures(graph::AttentionOp op, const StridedView &view,
                               Value value) {
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(op.getResult().getType()).getShape();
  int64_t batch = shape[0], h = shape[1], s = shape[2], e = shape[3];
  StridedView::Dim expected, found;
  for (StridedView::Digit digit :
       {StridedView::Digit{batch, h * s * e}, {s, e}, {h, s * e}, {e, 1}})
    StridedView::append(expected, digit);
  for (const StridedView::Dim &dim : view.dims)
    for (StridedView::Digit digit : dim)
      StridedView::append(found, digit);
  return found == expected && view.offset == 0 &&
         getTokenShape(value.getType()).features == h * e;
}

std::optional<SmallVector<Operation *>>
AttentionForm::findResultViews(graph::AttentionOp op) {
  SmallVector<Operation *> views;
  Value value = op.getResult();
  StridedView view = StridedView::whole(value);
  while (!isTokensByFeatures(op, view, value)) {
    Operation *user = value.hasOneUse() ? *value.user_begin() : nullptr;
    if (!user || !isView(user) || failed(view.apply(user)))
      return std::nullopt;
    views.push_back(user);
    value = user->getResult(0);
  }
  return views;
}

FailureOr<AttentionForm> AttentionForm::match(graph::AttentionOp op,
                                              std::string &reason) {
  Matcher matcher(reason);
  AttentionForm &form = matcher.form;
  if (failed(matcher.matchShapes(op)) ||
      failed(matcher.matchOperand(op.getQuery(), form.headSize, "queries",
                                  form.query)) ||
      failed(
          matcher.matchOperand(op.getKey(), form.headSize, "keys", form.key)) ||
      failed(matcher.matchOperand(op.getValue(), form.valueSize, "values",
                                  form.value)))
    return failure();
  matcher.ops.insert(op);
  std::optional<SmallVector<Operation *>> views = findResultViews(op);
  if (!views)
    return matcher.refuse(
               "gives a result that is not read as tokens by features of its "
               "heads"),
           failure();
  matcher.ops.insert(views->begin(), views->end());
  form.result = views->empty() ? Value(op.getResult())
                               : Value(views->back()->getResult(0));
  if (form.value.rotary)
    return matcher.refuse("turns its values"), failure();
  if (form.getOrder(form.query) != form.getOrder(form.key))
    return matcher.refuse("turns queries and keys in pairs that differ"),
           failure();
  form.ops.assign(matcher.ops.begin(), matcher.ops.end());
  llvm::sort(form.ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return form;
}

FeatureOrder AttentionForm::getOrder(const Operand &operand) const {
  if (!operand.rotary)
    return {};
  graph::RotaryEmbeddingOp rotary = operand.rotary;
  auto cos = cast<RankedTensorType>(rotary.getCos().getType());
  return *FeatureOrder::getPaired(heads, headSize, cos.getShape().back(),
                                  rotary.getInterleaved());
}
