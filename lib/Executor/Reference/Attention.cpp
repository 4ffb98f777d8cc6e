//===- Attention.cpp - evaluation of attention and rotary -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Strided.h"

using namespace mlir;

namespace wafer::exec::reference {

/// scores·scale, softcap and mask of one head, then softmax, in place. Rows of
/// the mask are `maskStrides` apart; a query without a key gives a row of 0.
template <typename T>
static void weighScores(graph::AttentionOp op, MutableArrayRef<T> scores,
                        int64_t keys, const Tensor *mask, int64_t maskOffset,
                        Dims maskStrides) {
  T scale = op.getScale().convertToDouble();
  T softcap = op.getSoftcap() ? op.getSoftcap()->convertToDouble() : 0;
  constexpr T kNone = -std::numeric_limits<T>::infinity();
  for (int64_t q = 0, queries = scores.size() / keys; q < queries; ++q) {
    MutableArrayRef<T> row = scores.slice(q * keys, keys);
    T largest = kNone;
    for (int64_t k = 0; k < keys; ++k) {
      T score = row[k] * scale;
      if (softcap != 0)
        score = softcap * std::tanh(score / softcap);
      if (mask) {
        int64_t at = maskOffset + q * maskStrides[2] + k * maskStrides[3];
        if (mask->elementType != ElementType::Bool)
          score += mask->getValues<T>()[at];
        else if (!mask->getBytes()[at])
          score = kNone;
      }
      if (op.getCausal() && k > q + static_cast<int64_t>(*op.getCausal()))
        score = kNone;
      row[k] = score;
      largest = std::max(largest, score);
    }
    double sum = 0;
    for (T &score : row) {
      score = largest == kNone ? T(0) : std::exp(score - largest);
      sum += score;
    }
    for (T &score : row)
      score = sum == 0 ? T(0) : static_cast<T>(score / sum);
  }
}

template <typename T>
static void attend(graph::AttentionOp op, ArrayRef<Tensor> operands,
                   Tensor &result) {
  Dims q = operands[0].shape, k = operands[1].shape, v = operands[2].shape;
  const T *queries = operands[0].getValues<T>().data(),
          *keys = operands[1].getValues<T>().data(),
          *values = operands[2].getValues<T>().data();
  T *out = result.getMutableValues<T>().data();
  const Tensor *mask = operands.size() > 3 ? &operands[3] : nullptr;
  Strides maskStrides(4, 0);
  if (mask)
    maskStrides = getBroadcastStrides(mask->shape, {q[0], q[1], q[2], k[2]});
  std::vector<T> scores(q[2] * k[2]);
  for (int64_t b = 0; b < q[0]; ++b)
    for (int64_t h = 0; h < q[1]; ++h) {
      int64_t head = b * q[1] + h;
      int64_t group = b * k[1] + h * k[1] / q[1];
      multiply<T>({q[2], k[2], q[3], false, true}, queries + head * q[2] * q[3],
                  keys + group * k[2] * k[3], scores.data());
      weighScores<T>(op, scores, k[2], mask,
                     b * maskStrides[0] + h * maskStrides[1], maskStrides);
      multiply<T>({q[2], v[3], k[2], false, false}, scores.data(),
                  values + group * v[2] * v[3], out + head * q[2] * v[3]);
    }
}

static LogicalResult evaluateAttention(Operation *op, ArrayRef<Tensor> operands,
                                       SmallVectorImpl<Tensor> &results,
                                       const EvalOptions &) {
  Tensor result(operands[0].elementType, getResultShape(op));
  // BLAS refuses empty matrices; without keys the result is the zero it has.
  bool isEmpty = llvm::any_of(operands.take_front(3), [](const Tensor &t) {
    return t.getNumElements() == 0;
  });
  if (!isEmpty)
    withFloatType(result.elementType, [&](auto tag) {
      attend<decltype(tag)>(cast<graph::AttentionOp>(op), operands, result);
    });
  results.push_back(std::move(result));
  return success();
}

static LogicalResult evaluateRotary(Operation *op, ArrayRef<Tensor> operands,
                                    SmallVectorImpl<Tensor> &results,
                                    const EvalOptions &) {
  bool interleaved = cast<graph::RotaryEmbeddingOp>(op).getInterleaved();
  Tensor result = operands[0];
  int64_t size = result.shape.back(), pairs = operands[1].shape.back();
  SmallVector<int64_t> shape(result.shape);
  shape.back() = pairs;
  Strides angles = getBroadcastStrides(operands[1].shape, shape);
  Strides rows = getStrides(result.shape);
  rows.back() = interleaved ? 2 : 1;
  if (size == 0)
    return results.push_back(result), success();
  withFloatType(result.elementType, [&](auto tag) {
    using T = decltype(tag);
    const T *cos = operands[1].getValues<T>().data(),
            *sin = operands[2].getValues<T>().data();
    T *values = result.getMutableValues<T>().data();
    forEachElement<2>(shape, {rows, angles},
                      [&](const std::array<int64_t, 2> &at) {
                        T &a = values[at[0]];
                        T &b = values[at[0] + (interleaved ? 1 : pairs)];
                        T c = cos[at[1]], s = sin[at[1]], x = a, y = b;
                        a = x * c - y * s;
                        b = x * s + y * c;
                      });
  });
  results.push_back(std::move(result));
  return success();
}

namespace {

/// One step of the recurrence of graph.linear_attention for one group.
template <typename T> struct Recurrence {
  int64_t keySize, valueSize;
  bool isDelta;
  T *state; // keySize × valueSize

  void step(ArrayRef<T> key, ArrayRef<T> value, ArrayRef<T> decay, T beta) {
    for (int64_t i = 0; i < keySize; ++i)
      for (int64_t j = 0; j < valueSize; ++j)
        state[i * valueSize + j] *= std::exp(decay[i]);
    for (int64_t j = 0; j < valueSize; ++j) {
      double correction = 0;
      for (int64_t i = 0; isDelta && i < keySize; ++i)
        correction += state[i * valueSize + j] * key[i];
      T change = beta * static_cast<T>(value[j] - correction);
      for (int64_t i = 0; i < keySize; ++i)
        state[i * valueSize + j] += key[i] * change;
    }
  }

  void read(ArrayRef<T> query, T scale, T *out) const {
    for (int64_t j = 0; j < valueSize; ++j) {
      double sum = 0;
      for (int64_t i = 0; i < keySize; ++i)
        sum += state[i * valueSize + j] * query[i];
      out[j] = scale * static_cast<T>(sum);
    }
  }
};

} // namespace

template <typename T>
static void recur(graph::LinearAttentionOp op, ArrayRef<Tensor> operands,
                  Tensor &result, Tensor &present) {
  Dims q = operands[0].shape, k = operands[1].shape, v = operands[2].shape;
  SmallVector<int64_t> betaShape = {k[0], k[1], k[2], 1};
  Tensor decays =
      copyStrided(operands[4], 0, k, getBroadcastStrides(operands[4].shape, k));
  Tensor betas = copyStrided(operands[5], 0, betaShape,
                             getBroadcastStrides(operands[5].shape, betaShape));
  T scale = op.getScale().convertToDouble();
  int64_t heads = q[1] / k[1], tokens = k[2];
  auto row = [](const Tensor &tensor, int64_t index, int64_t size) {
    return tensor.getValues<T>().slice(index * size, size);
  };
  T *out = result.getMutableValues<T>().data();
  T *states = present.getMutableValues<T>().data();
  for (int64_t group = 0; group < k[0] * k[1]; ++group) {
    Recurrence<T> recurrence = {k[3], v[3], op.getDelta(),
                                states + group * k[3] * v[3]};
    for (int64_t t = 0; t < tokens; ++t) {
      int64_t at = group * tokens + t;
      recurrence.step(row(operands[1], at, k[3]), row(operands[2], at, v[3]),
                      row(decays, at, k[3]), betas.getValues<T>()[at]);
      for (int64_t h = 0; h < heads; ++h) {
        int64_t to = (group * heads + h) * tokens + t;
        recurrence.read(row(operands[0], to, k[3]), scale, out + to * v[3]);
      }
    }
  }
}

static LogicalResult evaluateLinearAttention(Operation *op,
                                             ArrayRef<Tensor> operands,
                                             SmallVectorImpl<Tensor> &results,
                                             const EvalOptions &) {
  Tensor result(operands[0].elementType, getResultShape(op));
  Tensor present = operands[3];
  withFloatType(result.elementType, [&](auto tag) {
    recur<decltype(tag)>(cast<graph::LinearAttentionOp>(op), operands, result,
                         present);
  });
  results.push_back(std::move(result));
  results.push_back(std::move(present));
  return success();
}

void addAttentionEvaluators(EvaluatorTable &table) {
  using namespace graph;
  table[AttentionOp::getOperationName()] = evaluateAttention;
  table[RotaryEmbeddingOp::getOperationName()] = evaluateRotary;
  table[LinearAttentionOp::getOperationName()] = evaluateLinearAttention;
}

} // namespace wafer::exec::reference
