//===- RandomGraph.h - graphs like perceptrons, from a seed -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TEST_ENDTOEND_RANDOMGRAPH_H
#define WAFER_TEST_ENDTOEND_RANDOMGRAPH_H

#include "wafer/Executor/Tensor.h"
#include <random>
#include <string>
#include <vector>

namespace wafer::e2e {

/// A graph as text, and the same graph on magnitudes: inputs and constants
/// without their signs, `sub` as `add`, in f32 throughout. What the second one
/// gives bounds every intermediate value of the first, and `roundings * eps` of
/// it bounds the error of any evaluation order (each path from an input to an
/// output meets at most `roundings` roundings).
struct GraphCase {
  std::string text, magnitudes;
  std::vector<exec::Tensor> inputs, inputMagnitudes;
  double roundings32 = 0, roundings16 = 0;
  bool isWhole = false;       // all constants and inputs are whole numbers
  bool hasTruncation = false; // f32 to i32: an error may jump by one
};

struct GraphOptions {
  int ops = 4;
  bool integers = true;    // small whole numbers: sums are exact
  int64_t work = 60000;    // multiplications of a product, at most
  int64_t elements = 3000; // of a tensor, at most
};

/// A chain of products with bias and relu: tokens x widths[0] -> ... -> tokens
/// x widths.back().
GraphCase makeChain(uint64_t seed, int64_t tokens,
                    const std::vector<int64_t> &widths, bool integers);

GraphCase makeRandomGraph(uint64_t seed, const GraphOptions &options);

} // namespace wafer::e2e

#endif // WAFER_TEST_ENDTOEND_RANDOMGRAPH_H
