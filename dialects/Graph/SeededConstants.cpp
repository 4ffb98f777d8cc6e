//===- SeededConstants.cpp - #graph.seeded as a generator -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/SeededConstants.h"

using namespace mlir;

namespace wafer::graph {

SeededValues getSeededValues(SeededAttr attr) {
  SeededValues values;
  values.distribution = attr.getDistribution() == Distribution::Uniform
                            ? SeededDistribution::Uniform
                            : SeededDistribution::Normal;
  values.seed = static_cast<uint64_t>(attr.getSeed());
  values.base = static_cast<uint64_t>(attr.getBase());
  values.scale = attr.getScale().getValue().convertToFloat();
  values.mean = attr.getMean().getValue().convertToFloat();
  return values;
}

SeededAttr makeSeededAttr(function_ref<InFlightDiagnostic()> emitError,
                          const SeededValues &values, RankedTensorType type) {
  MLIRContext *context = type.getContext();
  Type f32 = Float32Type::get(context);
  Distribution distribution = values.distribution == SeededDistribution::Uniform
                                  ? Distribution::Uniform
                                  : Distribution::Normal;
  auto seed = static_cast<int64_t>(values.seed),
       base = static_cast<int64_t>(values.base);
  auto scale = FloatAttr::get(f32, values.scale),
       mean = FloatAttr::get(f32, values.mean);
  if (failed(SeededAttr::verify(emitError, distribution, seed, base, scale,
                                mean, type)))
    return {};
  return SeededAttr::get(context, distribution, seed, base, scale, mean, type);
}

} // namespace wafer::graph
