//===- FunctionRecorder.h - records a function's instructions ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_KERNELS_FUNCTIONRECORDER_H
#define WAFER_LIB_KERNELS_FUNCTIONRECORDER_H

#include "wafer/Kernels/Functions.h"

namespace wafer {

/// Records instructions on as many values as are convenient; `finish` deals
/// them to few registers. A value is a vector of f32 or i32, or a scalar.
class FunctionRecorder {
public:
  struct Value {
    bool isScalar = false, isInt = false;
    unsigned id = 0;   // of a vector
    uint32_t bits = 0; // of a scalar
  };

  explicit FunctionRecorder(unsigned numArguments);
  Value argument(unsigned index) const { return Value{false, false, index, 0}; }
  static Value f32(float value);
  static Value i32(uint32_t value) { return Value{true, true, 0, value}; }

  Value add(Value a, Value b) { return record(pe::Opcode::Add, a, b); }
  Value sub(Value a, Value b) { return record(pe::Opcode::Sub, a, b); }
  Value mul(Value a, Value b) { return record(pe::Opcode::Mul, a, b); }
  Value max(Value a, Value b) { return record(pe::Opcode::Max, a, b); }
  Value min(Value a, Value b) { return record(pe::Opcode::Min, a, b); }
  Value neg(Value a) { return record(pe::Opcode::Neg, a); }
  Value abs(Value a) { return record(pe::Opcode::Abs, a); }
  Value move(Value a) { return record(pe::Opcode::Move, a); }
  /// The same bits as the other type.
  Value bits(Value a);
  Value convertToFloat(Value a);
  Value convertToInt(Value a);
  /// accumulator + a * b, rounded once. A vector `accumulator` is overwritten:
  /// nothing may read it afterwards.
  Value mac(Value accumulator, Value a, Value b);
  /// c[0] + x * (c[1] + x * (c[2] + ...)), each step rounded once.
  Value polynomial(llvm::ArrayRef<float> coefficients, Value x);

  /// Deals registers: values whose lives do not overlap share one, and `result`
  /// is computed in place.
  FunctionCode finish(Value result);

private:
  struct Step {
    pe::Opcode opcode;
    Value destination;
    llvm::SmallVector<Value, 2> sources;
  };
  Value record(pe::Opcode opcode, Value a) {
    return record(opcode, a, std::nullopt, a.isInt);
  }
  Value record(pe::Opcode opcode, Value a, Value b) {
    return record(opcode, a, b, a.isInt);
  }
  Value record(pe::Opcode opcode, Value a, std::optional<Value> b, bool isInt);

  unsigned numArguments, numValues;
  std::vector<Step> steps;
};

// One for each family, in the file that derives it.
FunctionCode recordExponential(Function function);
FunctionCode recordReciprocal(Function function);
FunctionCode recordErrorFunction(Function function);

/// e^x for x <= 43, and its parts for the other families.
FunctionRecorder::Value recordExpNonPositive(FunctionRecorder &r,
                                             FunctionRecorder::Value x);
/// e^x - 1 for -25 <= x <= 0, also near 0 relative to itself.
FunctionRecorder::Value recordExpMinusOne(FunctionRecorder &r,
                                          FunctionRecorder::Value x);
/// 1 / x for 2^-125 <= |x| <= 2^125.
FunctionRecorder::Value recordReciprocalNormal(FunctionRecorder &r,
                                               FunctionRecorder::Value x);

} // namespace wafer

#endif
