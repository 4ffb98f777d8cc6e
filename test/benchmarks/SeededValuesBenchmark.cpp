//===- SeededValuesBenchmark.cpp - elements drawn a second ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/SeededValues.h"
#include <benchmark/benchmark.h>
#include <vector>

using namespace wafer;

static void drawF32(benchmark::State &state) {
  SeededValues values;
  values.distribution = static_cast<SeededDistribution>(state.range(0));
  std::vector<float> out(1 << 16);
  for (auto _ : state) {
    values.generate(values.base++, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(out.size()));
}
BENCHMARK(drawF32)->ArgName("normal")->Arg(0)->Arg(1);

static void drawF16(benchmark::State &state) {
  SeededValues values;
  values.distribution = static_cast<SeededDistribution>(state.range(0));
  std::vector<uint16_t> out(1 << 16);
  for (auto _ : state) {
    values.generateF16(values.base++, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(out.size()));
}
BENCHMARK(drawF16)->ArgName("normal")->Arg(0)->Arg(1);
