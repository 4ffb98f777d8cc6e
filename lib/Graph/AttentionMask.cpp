//===- AttentionMask.cpp - masks of a raised attention ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AttentionMask.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace wafer::graph {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A bias up to this on keys leaves a hidden one hidden; see kHidden.
static constexpr double kLargestBias = 500;

static std::optional<SmallVector<int64_t>>
getMaskShape(const ScoreTerm &term, ArrayRef<int64_t> scoresShape) {
  return regroupShape(term.shape, term.scoresShape, scoresShape);
}

//===----------------------------------------------------------------------===//
// What the terms mean
//===----------------------------------------------------------------------===//

namespace {

/// A constant term, element by element.
class TermReader {
public:
  TermReader(const ScoreTerm &term, exec::Tensor elements,
             SmallVector<int64_t> maskShape)
      : term(term), elements(std::move(elements)), shape(std::move(maskShape)) {
    int64_t stride = 1;
    strides.assign(shape.size(), 0);
    for (size_t d = shape.size(); d-- > 0; stride *= shape[d])
      strides[d] = shape[d] == 1 ? 0 : stride;
  }

  ArrayRef<int64_t> getShape() const { return shape; }

  /// What is added to a score, or the hiding number in its place.
  double get(int64_t batch, int64_t head, int64_t query, int64_t key) const {
    double element =
        elements.getAsDouble(batch * strides[0] + head * strides[1] +
                             query * strides[2] + key * strides[3]);
    if (term.kind == ScoreTerm::Add)
      return element * term.factor;
    return (element != 0) == term.keptIf ? 0 : term.fill;
  }

private:
  ScoreTerm term;
  exec::Tensor elements;
  SmallVector<int64_t> shape, strides;
};

/// Sorts terms into what `causal` says and what the operand has to.
class TermSorter {
public:
  TermSorter(ArrayRef<int64_t> scoresShape, ConstantValues &constants,
             std::optional<int64_t> given)
      : scoresShape(scoresShape), constants(constants), given(given) {}

  LogicalResult read(ArrayRef<ScoreTerm> terms);
  std::optional<AttentionMask> combine();

private:
  ArrayRef<int64_t> scoresShape;
  ConstantValues &constants;
  /// Keys behind query + given are hidden whatever the terms say.
  std::optional<int64_t> given;
  SmallVector<ScoreTerm> others;
  SmallVector<std::pair<ScoreTerm, MaskMeaning>> causal;
  /// Of all terms that do something.
  SmallVector<TermReader, 1> readers;
  bool areAllConstant = true;

  MaskMeaning getMeaning(ArrayRef<TermReader> masks,
                         std::optional<int64_t> last = std::nullopt) const;
  bool isEveryRowKnown() const;
};

} // namespace

/// The meaning of several terms together: a key is hidden if one hides it, or
/// if it is behind query + `last`.
MaskMeaning TermSorter::getMeaning(ArrayRef<TermReader> masks,
                                   std::optional<int64_t> last) const {
  SmallVector<int64_t> shape(masks.front().getShape());
  for (const TermReader &mask : masks)
    shape = *broadcastShapes(shape, mask.getShape());
  int64_t heads = shape[1];
  return analyseMask(shape[0] * heads, scoresShape[2], scoresShape[3],
                     [&](int64_t plane, int64_t query, int64_t key) {
                       if (last && key - query > *last)
                         return -kInfinity;
                       double sum = 0;
                       for (const TermReader &mask : masks)
                         sum +=
                             mask.get(plane / heads, plane % heads, query, key);
                       return sum;
                     });
}

LogicalResult TermSorter::read(ArrayRef<ScoreTerm> terms) {
  for (const ScoreTerm &term : terms) {
    std::optional<SmallVector<int64_t>> shape = getMaskShape(term, scoresShape);
    if (!shape)
      return failure();
    std::optional<exec::Tensor> elements = constants.get(term.value);
    // A number in place of scores that does not hide is no mask, unless the
    // condition holds everywhere.
    bool hides = term.kind == ScoreTerm::Add || term.fill <= kHidden;
    MaskMeaning meaning;
    if (elements) {
      ScoreTerm known = term;
      if (!hides)
        known.fill = -kInfinity;
      TermReader reader(known, *elements, *shape);
      meaning = getMeaning(reader);
      if (meaning.kind == MaskMeaning::Nothing)
        continue;
      readers.push_back(reader);
    } else {
      areAllConstant = false;
    }
    if (!hides)
      return failure();
    if (elements && meaning.kind == MaskMeaning::Causal)
      causal.push_back({term, meaning});
    else
      others.push_back(term);
  }
  return success();
}

/// True if all that the terms do is known, every query keeps a key, and what is
/// added elsewhere is small: what is hidden by finite numbers has weight 0.
bool TermSorter::isEveryRowKnown() const {
  if (!areAllConstant)
    return false;
  if (readers.empty())
    return true;
  MaskMeaning meaning = getMeaning(readers, given);
  return meaning.keepsOne && meaning.largestBias <= kLargestBias;
}

std::optional<AttentionMask> TermSorter::combine() {
  auto isFinite = [](const ScoreTerm &term) {
    return term.kind == ScoreTerm::Keep && !std::isinf(term.fill);
  };
  bool areInfinite = llvm::all_of(
      causal, [](const auto &known) { return known.second.isInfinite; });
  bool isKnown =
      (areInfinite && !llvm::any_of(others, isFinite)) || isEveryRowKnown();
  AttentionMask mask;
  mask.causal = given;
  for (const auto &[term, meaning] : causal) {
    if (isKnown || areInfinite)
      mask.causal =
          std::min(mask.causal.value_or(meaning.causal), meaning.causal);
    else
      others.push_back(term);
  }
  for (const ScoreTerm &term : others) {
    // A finite number in place of scores is exact if all rows are known.
    if (isFinite(term) && !isKnown)
      return std::nullopt;
    (term.kind == ScoreTerm::Add ? mask.added : mask.kept).push_back(term);
  }
  return mask;
}

std::optional<AttentionMask> combineTerms(ArrayRef<ScoreTerm> terms,
                                          ArrayRef<int64_t> scoresShape,
                                          ConstantValues &constants,
                                          std::optional<int64_t> causal) {
  TermSorter sorter(scoresShape, constants, causal);
  if (failed(sorter.read(terms)))
    return std::nullopt;
  return sorter.combine();
}

//===----------------------------------------------------------------------===//
// Ops for the operand
//===----------------------------------------------------------------------===//

FloatType AttentionMask::getAddedType() const {
  FloatType widest;
  for (const ScoreTerm &term : added) {
    auto type = cast<FloatType>(getElementTypeOrSelf(term.value.getType()));
    if (!widest || type.getWidth() > widest.getWidth())
      widest = type;
  }
  return widest;
}

static Value createScalar(OpBuilder &builder, Location loc, FloatType type,
                          double value) {
  auto tensor = RankedTensorType::get({}, type);
  return ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(tensor, builder.getFloatAttr(type, value)));
}

static Value createReshaped(OpBuilder &builder, Location loc,
                            const ScoreTerm &term,
                            ArrayRef<int64_t> scoresShape) {
  auto type = cast<RankedTensorType>(term.value.getType());
  SmallVector<int64_t> shape = *getMaskShape(term, scoresShape);
  if (type.getShape() == ArrayRef(shape))
    return term.value;
  return ReshapeOp::create(builder, loc,
                           RankedTensorType::get(shape, type.getElementType()),
                           term.value);
}

Value AttentionMask::create(OpBuilder &builder, Location loc,
                            ArrayRef<int64_t> scoresShape,
                            FloatType type) const {
  Value sum, keep;
  for (const ScoreTerm &term : added) {
    Value value = createReshaped(builder, loc, term, scoresShape);
    auto tensor = cast<RankedTensorType>(value.getType());
    if (tensor.getElementType() != type)
      value = CastOp::create(builder, loc, tensor.clone(type), value);
    if (term.factor != 1)
      value = MulOp::create(builder, loc, value,
                            createScalar(builder, loc, type, term.factor));
    sum = sum ? AddOp::create(builder, loc, sum, value).getResult() : value;
  }
  for (const ScoreTerm &term : kept) {
    Value value = createReshaped(builder, loc, term, scoresShape);
    if (!term.keptIf)
      value = NotOp::create(builder, loc, value);
    keep = keep ? AndOp::create(builder, loc, keep, value).getResult() : value;
  }
  if (!sum || !keep)
    return keep ? keep : sum;
  return WhereOp::create(builder, loc, keep, sum,
                         createScalar(builder, loc, type, -kInfinity));
}

} // namespace wafer::graph
