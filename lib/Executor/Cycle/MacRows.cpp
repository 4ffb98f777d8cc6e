//===- MacRows.cpp - sums of products in registers --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Elements of a row are summed side by side; each element's own terms keep
// their order, so its bits are those of the instruction's definition. The loops
// are compiled for several levels of the processor and picked at run time.
//
//===----------------------------------------------------------------------===//

#include "MacRows.h"

using namespace wafer;
using namespace wafer::exec;

template <typename T, int lanes>
using VectorOf __attribute__((ext_vector_type(lanes))) = T;

namespace {
namespace base {
#include "MacRows.inc"
} // namespace base
#if defined(__x86_64__) && defined(__clang__)
#define WAFER_HAS_LEVELS 1
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))),        \
                             apply_to = function)
namespace v3 {
#include "MacRows.inc"
} // namespace v3
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))),        \
                             apply_to = function)
namespace v4 {
#include "MacRows.inc"
} // namespace v4
#pragma clang attribute pop
#endif
} // namespace

MacRowsFn exec::getMacRowsFn(Elem from, bool isDenseA, bool isDenseB) {
#ifdef WAFER_HAS_LEVELS
  if (__builtin_cpu_supports("x86-64-v4"))
    return v4::pickMacRows(from, isDenseA, isDenseB);
  if (__builtin_cpu_supports("x86-64-v3"))
    return v3::pickMacRows(from, isDenseA, isDenseB);
#endif
  return base::pickMacRows(from, isDenseA, isDenseB);
}
