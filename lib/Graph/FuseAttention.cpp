//===- FuseAttention.cpp - attention as one op ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  graph ops in any function or region, softmaxes as graph.softmax.
// Out: graph.attention for
//        matmul(weights(softmax(scores(matmul(q, k^T)))), v)
//      in which scores and weights are what the two walks of ScoreChain.h pass.
//
// 1. From the second product back to the softmax, and from there to the first.
// 2. The dimensions before the matrices, whatever their number, are split into
//    B and H; a split is tried for each shape that scores have on the way.
// 3. q, k and v are read as views (StridedView.h) of B×H×S×D: transposes in any
//    spelling compose, factors of one number go to `scale`, and heads of k and
//    v that repeat are one group.
// 4. Terms become `causal` and the mask operand (AttentionMask.h).
// 5. Of a graph.attention that was one from the start, as ONNX's Attention is,
//    the mask operand is read as terms too, and repeated heads are groups.
//
// When a mask is the same on every input
//   - What is added stays added: exact, whatever the numbers are.
//   - -infinity in place of a score: exact. Rows without any key are 0/0
//   before,
//     NaN in IEEE arithmetic, and 0 after; nothing else differs.
//   - A finite number of -1e4 or less, added to a score or in its place, counts
//     as -infinity only if all terms are constants, every query keeps a key to
//     which no term adds more than 500 or less than -500, and all others get
//     -1e4 or less in sum (kHidden says why the weight is then 0). In all other
//     cases an added number stays in the mask operand, and a number in place of
//     scores is not raised: a row without keys would be the mean of all values.
//   - Constant masks are evaluated whole, so one different element counts.
//
// Rejected silently: a softmax over another axis, a scale that is not one
// number, a key that is a constant (a linear layer), masks that would have to
// be repeated to fit B×H×S×T.
//
//   %s = graph.matmul %q, %k {transpose_b}
//   %m = graph.mul %s, %half                    %r = graph.attention %q, %k, %v
//   %a = graph.add %m, %causal           ->         scale 0.5 {causal = 0 :
//   i64} %w = graph.softmax %a axis 3 %r = graph.matmul %w, %v
//
//===----------------------------------------------------------------------===//

#include "AttentionMask.h"
#include "StridedView.h"
#include "UnusedOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "wafer/Graph/Passes.h"
#include "llvm/ADT/SetVector.h"

#define DEBUG_TYPE "graph-fuse-attention"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_FUSEATTENTION
#include "wafer/Graph/Passes.h.inc"

namespace {

/// One attention while it is matched: softmax(scores of query and key)·value.
class Match {
public:
  Match(MatmulOp product, ConstantValues &constants)
      : result(product), constants(constants) {}

  LogicalResult read();
  void replace();

private:
  MatmulOp result;
  ConstantValues &constants;
  WeightChain weights;
  ScoreChain scores;
  /// B, H, S, T.
  SmallVector<int64_t> shape;
  AttentionMask mask;

  /// An operand as B×H×S×D, and where its view was found.
  struct Operand {
    Value origin;
    StridedView view;
  };
  Operand query, key, value;

  bool hasOneBatch();
  LogicalResult readMasks();
  SmallVector<SmallVector<int64_t>> getSplits();
  FailureOr<Operand> readOperand(Value origin, bool transposed,
                                 ViewSteps steps);
  LogicalResult readOperands();
  FloatType getType();
};

ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

std::optional<int64_t> countBatch(ArrayRef<int64_t> shape) {
  return countElements(shape.drop_back(2));
}

/// Heads of keys and values that repeat in runs of equal length are one group;
/// the length.
int64_t groupHeads(StridedView &key, StridedView &value) {
  auto getRun = [](const StridedView &view) {
    const Factors &heads = view.dims[1];
    return !heads.empty() && heads.back().stride == 0 ? heads.back().size : 1;
  };
  int64_t run = std::gcd(getRun(key), getRun(value));
  for (StridedView *view : {&key, &value}) {
    if (run == 1)
      break;
    Factors &heads = view->dims[1];
    heads.back().size /= run;
    if (heads.back().size == 1)
      heads.pop_back();
  }
  return run;
}

} // namespace

LogicalResult Match::read() {
  // The weights are the rows of the left side.
  if (result.getTransposeA() || getShape(result.getLhs()).size() < 2 ||
      getShape(result.getRhs()).size() < 2)
    return failure();
  std::optional<WeightChain> foundWeights =
      traceWeights(result.getLhs(), constants);
  if (!foundWeights)
    return failure();
  weights = std::move(*foundWeights);
  Value logits = weights.softmax.getInput();
  if (weights.softmax.getAxis() + 1 != getShape(logits).size())
    return failure();
  std::optional<ScoreChain> foundScores = traceScores(logits, constants);
  if (!foundScores)
    return failure();
  scores = std::move(*foundScores);
  if (!hasOneBatch() || constants.isConstant(scores.product.getRhs()))
    return failure();
  return success(succeeded(readMasks()) && succeeded(readOperands()));
}

/// True if both products are of the same stack of matrices S×T and T×E.
bool Match::hasOneBatch() {
  if (getShape(scores.product.getLhs()).size() < 2 ||
      getShape(scores.product.getRhs()).size() < 2)
    return false;
  ArrayRef<int64_t> first = getShape(scores.product),
                    last = getShape(result.getLhs());
  return first.take_back(2) == last.take_back(2) &&
         countBatch(first) == countBatch(last) &&
         countBatch(last) == countBatch(result.getType().getShape()) &&
         result.getType().getNumElements() > 0 &&
         scores.product.getType().getNumElements() > 0 &&
         scores.product.getLhs().getType().getNumElements() > 0;
}

/// Splits of the batch into B and H, likely ones first.
SmallVector<SmallVector<int64_t>> Match::getSplits() {
  ArrayRef<int64_t> matrix = getShape(scores.product).take_back(2);
  llvm::SmallSetVector<std::pair<int64_t, int64_t>, 8> splits;
  auto add = [&](ArrayRef<int64_t> shape, bool isPair) {
    if (shape.size() < 2 || shape.take_back(2) != matrix)
      return;
    ArrayRef<int64_t> batch = shape.drop_back(2);
    if (isPair != (batch.size() == 2))
      return;
    for (size_t at = 1; at < batch.size(); ++at)
      splits.insert({*countElements(batch.take_front(at)),
                     *countElements(batch.drop_front(at))});
    splits.insert({1, *countElements(batch)});
    splits.insert({*countElements(batch), 1});
  };
  for (bool isPair : {true, false})
    for (auto &shapes : {weights.shapes, scores.shapes})
      for (ArrayRef<int64_t> shape : shapes)
        add(shape, isPair);
  // Folded heads: the query may still know how B and H were.
  StridedView view =
      getView(scores.product.getLhs(), {/*slices=*/true}, constants);
  Factors batch = view.getFactors(0, view.dims.size() - 2);
  SmallVector<SmallVector<int64_t>> result;
  int64_t total = *countBatch(getShape(scores.product));
  if (batch.size() == 2 && batch[0].size * batch[1].size == total &&
      getShape(scores.product).size() == 3)
    result.push_back({batch[0].size, batch[1].size, matrix[0], matrix[1]});
  for (auto [b, h] : splits)
    result.push_back({b, h, matrix[0], matrix[1]});
  return result;
}

LogicalResult Match::readMasks() {
  SmallVector<ScoreTerm> terms = scores.terms;
  for (const WeightChain::Selection &selection : weights.selections) {
    // Weights set to 0 where scores were hidden: hidden for good.
    auto *term = llvm::find_if(terms, [&](const ScoreTerm &candidate) {
      return candidate.kind == ScoreTerm::Keep &&
             candidate.value == selection.condition &&
             candidate.keptIf == selection.keptIf && candidate.fill <= kHidden;
    });
    if (term == terms.end())
      return failure();
    term->fill = -std::numeric_limits<double>::infinity();
  }
  // What else is added could hide all that was kept from a query; it would then
  // have the weights that are cleared, and nothing to normalise the others by.
  if (!weights.selections.empty() &&
      llvm::any_of(terms, [](const ScoreTerm &term) {
        return term.kind == ScoreTerm::Add || !std::isinf(term.fill);
      }))
    return failure();
  terms = splitTerms(terms, constants);
  for (ArrayRef<int64_t> split : getSplits())
    if (auto combined = combineTerms(terms, split, constants)) {
      shape.assign(split.begin(), split.end());
      mask = std::move(*combined);
      return success();
    }
  return failure();
}

FailureOr<Match::Operand> Match::readOperand(Value origin, bool transposed,
                                             ViewSteps steps) {
  Operand operand = {origin, getView(origin, steps, constants)};
  StridedView &view = operand.view;
  unsigned rank = view.dims.size();
  if (transposed)
    std::swap(view.dims[rank - 2], view.dims[rank - 1]);
  // Broadcast over the batch of the product, then split into B and H.
  MatmulOp product = origin == result.getRhs() ? result : scores.product;
  SmallVector<int64_t> full(product.getType().getShape().drop_back(2));
  full.append({view.getSize(rank - 2), view.getSize(rank - 1)});
  if (failed(view.expand(full)) ||
      failed(view.reshape(
          {shape[0], shape[1], full[full.size() - 2], full.back()})))
    return failure();
  return operand;
}

LogicalResult Match::readOperands() {
  struct Source {
    Operand &operand;
    Value origin;
    bool transposed;
    bool scales;
  };
  MatmulOp product = scores.product;
  // What is not needed in B×H×S×D stays as it is.
  for (Source source :
       {Source{query, product.getLhs(), product.getTransposeA(), true},
        Source{key, product.getRhs(), !product.getTransposeB(), true},
        Source{value, result.getRhs(), result.getTransposeB(), false}}) {
    FailureOr<Operand> operand = readOperand(source.origin, source.transposed,
                                             {/*slices=*/true, source.scales});
    if (failed(operand) || !isComplete(operand->view))
      operand = readOperand(source.origin, source.transposed,
                            {/*slices=*/false, source.scales});
    if (failed(operand))
      return failure();
    source.operand = *operand;
  }
  groupHeads(key.view, value.view);
  return success();
}

/// A type that holds all operands and what is added to scores.
FloatType Match::getType() {
  SmallVector<FloatType> types;
  for (const Operand *operand : {&query, &key, &value})
    types.push_back(
        cast<FloatType>(getElementTypeOrSelf(operand->origin.getType())));
  if (FloatType added = mask.getAddedType())
    types.push_back(added);
  FloatType widest = types.front();
  for (FloatType type : types) {
    if (type.getWidth() > widest.getWidth())
      widest = type;
    else if (type != widest && type.getWidth() == widest.getWidth())
      widest = Float32Type::get(result.getContext()); // f16 and bf16
  }
  return widest;
}

void Match::replace() {
  OpBuilder builder(result);
  Location loc = weights.softmax.getLoc();
  FloatType type = getType();
  auto createOperand = [&](const Operand &operand) -> Value {
    Value made =
        createView(builder, loc, operand.view, operand.origin, constants);
    auto tensor = cast<RankedTensorType>(made.getType());
    if (tensor.getElementType() == type)
      return made;
    return CastOp::create(builder, loc, tensor.clone(type), made);
  };
  double scale = scores.scale * query.view.scale * key.view.scale;
  Value attention = AttentionOp::create(
      builder, loc, createOperand(query), createOperand(key),
      createOperand(value), mask.create(builder, loc, shape, type),
      builder.getF64FloatAttr(scale),
      scores.softcap ? builder.getF64FloatAttr(*scores.softcap) : FloatAttr(),
      mask.causal ? builder.getI64IntegerAttr(*mask.causal) : IntegerAttr());
  RankedTensorType to = result.getType();
  auto tensor = cast<RankedTensorType>(attention.getType());
  if (tensor.getElementType() != to.getElementType())
    attention = CastOp::create(builder, loc, tensor.clone(to.getElementType()),
                               attention);
  if (attention.getType() != to)
    attention = ReshapeOp::create(builder, loc, to, attention);
  result.replaceAllUsesWith(attention);
}

/// The mask operand of `op` as a term of its scores, which are of `shape`.
static ScoreTerm getMaskTerm(AttentionOp op, ArrayRef<int64_t> shape) {
  Value mask = op.getMask();
  ScoreTerm term;
  term.kind = getElementTypeOrSelf(mask.getType()).isInteger(1)
                  ? ScoreTerm::Keep
                  : ScoreTerm::Add;
  term.value = mask;
  term.fill = -std::numeric_limits<double>::infinity();
  term.scoresShape.assign(shape.begin(), shape.end());
  llvm::append_range(term.shape, getShape(mask));
  return term;
}

/// Takes out of the mask operand what `causal` can say, and what hides nothing.
static void simplifyMask(AttentionOp op, ConstantValues &constants) {
  if (!op.getMask() || op.getType().getNumElements() == 0)
    return;
  ArrayRef<int64_t> query = getShape(op.getQuery());
  SmallVector<int64_t> shape = {query[0], query[1], query[2],
                                getShape(op.getKey())[2]};
  std::optional<AttentionMask> mask =
      combineTerms(splitTerms(getMaskTerm(op, shape), constants), shape,
                   constants, op.getCausal());
  if (!mask)
    return;
  bool isGone = mask->added.empty() && mask->kept.empty();
  if (!isGone && mask->causal == op.getCausal())
    return;
  // No kernel has another offset than 0; masks are added.
  if (mask->causal && *mask->causal != 0 && mask->causal != op.getCausal())
    return;
  OpBuilder builder(op);
  auto type = cast<FloatType>(getElementTypeOrSelf(op.getType()));
  op.getMaskMutable().assign(
      isGone ? ValueRange()
             : ValueRange(mask->create(builder, op.getLoc(), shape, type)));
  if (mask->causal)
    op.setCausal(*mask->causal);
}

/// Takes keys and values from before their heads are repeated in runs.
static void takeGroups(AttentionOp op, ConstantValues &constants) {
  auto read = [&](Value operand) {
    StridedView view = getView(operand, {/*slices=*/true}, constants);
    return isComplete(view) ? view : getView(operand, {}, constants);
  };
  StridedView key = read(op.getKey()), value = read(op.getValue());
  if (groupHeads(key, value) == 1)
    return;
  OpBuilder builder(op);
  op.getKeyMutable().assign(
      createView(builder, op.getLoc(), key, op.getKey(), constants));
  op.getValueMutable().assign(
      createView(builder, op.getLoc(), value, op.getValue(), constants));
}

namespace {

struct FuseAttention : impl::FuseAttentionBase<FuseAttention> {
  using FuseAttentionBase::FuseAttentionBase;

  void runOnOperation() override {
    ConstantValues constants(getOperation(), folder);
    getOperation()->walk([&](AttentionOp op) {
      simplifyMask(op, constants);
      takeGroups(op, constants);
    });
    SmallVector<MatmulOp> products;
    getOperation()->walk([&](MatmulOp op) { products.push_back(op); });
    for (MatmulOp product : products) {
      Match match(product, constants);
      if (succeeded(match.read()))
        match.replace();
    }
    eraseUnusedOps(getOperation());
  }
};

} // namespace
} // namespace wafer::graph
