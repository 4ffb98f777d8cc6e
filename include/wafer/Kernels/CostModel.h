//===- CostModel.h - modelled cycles and bytes of a kernel -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_COSTMODEL_H
#define WAFER_KERNELS_COSTMODEL_H

#include "wafer/Kernels/Tokens.h"

namespace wafer {

/// A product's sizes on one PE, the largest over the rectangle.
struct ProductCostInput {
  int64_t inputs;       // features of X on a PE (Kl)
  int64_t tokens;       // tokens on a PE (Tl)
  int64_t outputs;      // outputs in all (N)
  int64_t totalInputs;  // inputs in all (K), for streamed weights
  int64_t columns;      // of the chain (P)
  int64_t ownerColumns; // of the result
  int64_t blocks;       // blocks of outputs
  bool streamed;
  bool ring; // sums meet at their owners
};

/// Cycles of one launch of a product (docs/ExecutionModel.md, E50 to E53): for
/// each block the larger of what the main thread does (clear, multiply, with
/// their set-up), what the datapath does in all (also passing partial sums on
/// and receiving finished ones) and what the ports deliver; then the way along
/// the row and back.
int64_t getProductCycles(machine::DescAttr machine,
                         const ProductCostInput &input);

/// SRAM bytes of a product's own buffers: partial sums (two blocks) and weights
/// (all, or two blocks).
int64_t getPartialBytes(const ProductCostInput &input);
int64_t getWeightBytes(const ProductCostInput &input);

} // namespace wafer

#endif
