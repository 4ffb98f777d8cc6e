//===- Functions.h - functions that the machine lacks -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Elementwise f32 functions as sequences of vector instructions. A sequence is
// the same for every element and has no branches; docs/Kernels.md has the
// measured errors.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_FUNCTIONS_H
#define WAFER_KERNELS_FUNCTIONS_H

#include "wafer/Kernels/Emitter.h"

namespace wafer {

/// "Any" below means all of f32: infinities, NaN, zeros of both signs and
/// subnormals give what IEEE 754 and the limit of the function say.
enum class Function {
  Exp,              // any
  ExpNonPositive,   // x <= 43: fewer instructions than Exp
  Reciprocal,       // any
  ReciprocalNormal, // 2^-125 <= |x| <= 2^125: half the instructions
  Divide,           // a / b, any
  Sqrt,             // any; of subnormal x with an absolute error of 1e-20
  RsqrtNormal,      // 1 / sqrt(x), 2^-126 <= x < infinity
  Tanh,             // any
  Sigmoid,          // any
  Silu,             // x sigmoid(x), any but -infinity (NaN)
  Erf,              // any
  Gelu,             // x (1 + erf(x / sqrt 2)) / 2, any
  GeluTanh,         // its approximation with tanh, any but -infinity (NaN)
};
constexpr unsigned kNumFunctions = 13;

/// An operand of a step: one of the function's arguments, its result, a
/// register of f32 or i32 elements, or a scalar.
struct FunctionOperand {
  enum class Kind { Argument, Result, Float, Int, Scalar };
  Kind kind = Kind::Scalar;
  unsigned index = 0; // of the argument or register
  uint32_t bits = 0;  // of the scalar
};

/// One vector instruction. Where `toInt` and `fromInt` differ it is a convert
/// or a move of bits.
struct FunctionStep {
  pe::Opcode opcode = pe::Opcode::Move;
  bool toInt = false, fromInt = false;
  FunctionOperand destination;
  llvm::SmallVector<FunctionOperand, 2> sources;
};

/// The instructions of a function. No argument is read after the result was
/// first written, so that the result may lie where an argument lies.
struct FunctionCode {
  std::vector<FunctionStep> steps;
  unsigned numFloats = 0, numInts = 0; // registers
};
const FunctionCode &getFunctionCode(Function function);

/// A name for messages: "exp", "gelu".
llvm::StringRef getFunctionName(Function function);

/// Registers for one or more functions over the same elements.
struct FunctionScratch {
  mlir::FlatSymbolRefAttr floats, ints; // one register behind the other
  int64_t elements = 0;                 // of a register
};

/// Bytes of the scratch that the functions need together (they share it), for
/// registers of `elements` elements.
int64_t getScratchBytes(llvm::ArrayRef<Function> functions, int64_t elements);

/// Cycles of a function over outer x inner points: each instruction's set-up
/// and beats (E50, E51).
int64_t getFunctionCycles(machine::DescAttr machine, Function function,
                          int64_t outer, int64_t inner);

/// Emits functions over one iteration space. Declare the scratch before a task
/// is open; the rest goes to the open task, or a loop in it.
class FunctionEmitter {
public:
  /// Declares what `functions` need on the PEs of `on`.
  static FunctionScratch declareScratch(Emitter &emitter,
                                        llvm::ArrayRef<Function> functions,
                                        int64_t elements, const Region &on);

  /// Operands of `emit` have a stride for each of `extents`, scratch registers
  /// have `strides`: they must address less than `scratch.elements` elements.
  FunctionEmitter(Emitter &emitter, const FunctionScratch &scratch,
                  llvm::ArrayRef<mlir::AffineExpr> extents,
                  llvm::ArrayRef<int64_t> strides)
      : emitter(emitter), scratch(scratch), extents(extents), strides(strides) {
  }

  /// `destination` may be one of `sources` (the same elements in the same
  /// order), and must not overlap them otherwise.
  void emit(Function function, mlir::Attribute destination,
            llvm::ArrayRef<mlir::Attribute> sources);

private:
  mlir::Attribute resolve(const FunctionOperand &operand, bool isInt,
                          mlir::Attribute destination,
                          llvm::ArrayRef<mlir::Attribute> sources);

  Emitter &emitter;
  FunctionScratch scratch;
  llvm::SmallVector<mlir::AffineExpr> extents;
  llvm::SmallVector<int64_t> strides;
};

} // namespace wafer

#endif
