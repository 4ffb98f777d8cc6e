//===- Compare.cpp - outputs against what is expected of them -*- C++ -*--===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compare.h"

#include "wafer/Executor/Convert.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace llvm;
using wafer::exec::Tensor;

namespace wafer::run {

/// |got - expected| where two NaNs and two equal infinities are no distance.
static double getDistance(double got, double expected) {
  if (got == expected || (std::isnan(got) && std::isnan(expected)))
    return 0;
  if (!std::isfinite(got) || !std::isfinite(expected))
    return std::numeric_limits<double>::infinity();
  return std::fabs(got - expected);
}

Difference compare(const Tensor &got, const Tensor &expected,
                   const Options &options) {
  Difference result;
  bool isExact = !exec::isFloat(got.elementType);
  unsigned size = exec::getSizeInBytes(got.elementType);
  double sumOfErrors = 0, sumOfSquares = 0;
  result.numElements = got.getNumElements();
  for (int64_t i = 0; i < result.numElements; ++i) {
    double a = got.getAsDouble(i), b = expected.getAsDouble(i);
    double distance = getDistance(a, b);
    if (std::isfinite(b))
      sumOfSquares += b * b;
    sumOfErrors += distance * distance;
    if (distance > result.maxAbsError) {
      result.maxAbsError = distance;
      result.maxAbsIndex = i;
    }
    // Integers beyond 2^53 are not exact as doubles: their bytes are.
    bool fits =
        isExact ? got.getBytes().slice(i * size, size) ==
                      expected.getBytes().slice(i * size, size)
                : distance <= (std::isfinite(b)
                                   ? options.atol + options.rtol * std::fabs(b)
                                   : 0);
    if (fits)
      continue;
    if (result.numMismatches++ == 0) {
      result.firstMismatch = i;
      result.firstGot = a;
      result.firstExpected = b;
    }
  }
  if (sumOfErrors > 0)
    result.relativeRms = std::sqrt(sumOfErrors / sumOfSquares);
  result.matches = options.rms && !isExact ? result.relativeRms <= *options.rms
                                           : result.numMismatches == 0;
  return result;
}

std::string formatIndex(int64_t index, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> indices(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    indices[d] = index % shape[d];
    index /= shape[d];
  }
  std::string text;
  raw_string_ostream stream(text);
  stream << "[";
  interleaveComma(indices, stream);
  stream << "]";
  return text;
}

Expected<double> computeAccuracy(const Tensor &scores, const Tensor &labels) {
  auto makeError = [](const Twine &message) {
    return createStringError(inconvertibleErrorCode(), message);
  };
  if (exec::isFloat(labels.elementType))
    return makeError("labels must be integers, found " +
                     labels.getTypeString());
  if (scores.shape.empty() || scores.shape.back() == 0 ||
      scores.getNumElements() == 0)
    return makeError("an output of " + scores.getTypeString() +
                     " has no rows to compare with labels");
  int64_t classes = scores.shape.back();
  int64_t rows = scores.getNumElements() / classes;
  if (labels.getNumElements() != rows)
    return makeError(Twine(labels.getNumElements()) + " labels for " +
                     Twine(rows) + " rows of an output of " +
                     scores.getTypeString());
  int64_t hits = 0;
  for (int64_t row = 0; row < rows; ++row) {
    int64_t best = 0;
    for (int64_t i = 1; i < classes; ++i)
      // A NaN is never the largest, wherever it stands.
      if (double value = scores.getAsDouble(row * classes + i),
          largest = scores.getAsDouble(row * classes + best);
          value > largest || (std::isnan(largest) && !std::isnan(value)))
        best = i;
    hits += labels.getAsDouble(row) == static_cast<double>(best);
  }
  return static_cast<double>(hits) / static_cast<double>(rows);
}

} // namespace wafer::run
