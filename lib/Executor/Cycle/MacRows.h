//===- MacRows.h - sums of products in registers ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_CYCLE_MACROWS_H
#define WAFER_LIB_EXECUTOR_CYCLE_MACROWS_H

#include "wafer/Executor/Machine/Elements.h"

namespace wafer::exec {

/// A source of a block of macs, and how many bytes on the next term is.
struct MacSource {
  const char *data;
  int64_t termStride;
};

/// For each of `elements` dense f32 at `to`: adds `terms` products, one after
/// the other, each rounded once (E23). The sources do not overlap `to`.
using MacRowsFn = void (*)(int64_t elements, int64_t terms, char *to,
                           MacSource a, MacSource b);

/// For sources of type `from`, each with dense elements or one for all of them;
/// nullptr if there is none.
MacRowsFn getMacRowsFn(Elem from, bool isDenseA, bool isDenseB);

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_CYCLE_MACROWS_H
