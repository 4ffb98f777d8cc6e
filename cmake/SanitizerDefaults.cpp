//===- SanitizerDefaults.cpp - What AddressSanitizer must not check -------===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Linked into every program of an instrumented build (preset `asan`). The
// packaged LLVM is not instrumented, and its bump allocators poison memory that
// our instrumented inline copies then read: StringAttr::get would report a use
// after poison that is none.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_leaks=1";
}
