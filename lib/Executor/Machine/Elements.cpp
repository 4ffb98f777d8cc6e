//===- Elements.cpp - operations on raw bits --------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Machine/Elements.h"

using namespace wafer;
using namespace wafer::exec;

template <typename T> static T fromBits(uint32_t bits) {
  return llvm::bit_cast<T>(static_cast<BitsOf<T>>(bits));
}

template <pe::Opcode opcode, typename To, typename From>
static uint32_t onBits(uint32_t acc, uint32_t a, uint32_t b) {
  To result = computeElement<opcode, To, From>(
      fromBits<To>(acc), fromBits<From>(a), fromBits<From>(b));
  return llvm::bit_cast<BitsOf<To>>(result);
}

namespace {
struct PickElementFn {
  ElementFn &fn;
  template <pe::Opcode opcode, typename To, typename From> void operator()() {
    fn = onBits<opcode, To, From>;
  }
};
} // namespace

ElementFn exec::getElementFn(pe::Opcode opcode, Elem type, Elem from) {
  ElementFn fn = nullptr;
  withOperation(opcode, type, from, PickElementFn{fn});
  return fn;
}
