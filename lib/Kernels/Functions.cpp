//===- Functions.cpp - functions that the machine lacks ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Functions.h"

#include "FunctionRecorder.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wafer;

static FunctionCode record(Function function) {
  switch (function) {
  case Function::Exp:
  case Function::ExpNonPositive:
  case Function::Tanh:
  case Function::Sigmoid:
  case Function::Silu:
  case Function::GeluTanh:
    return recordExponential(function);
  case Function::Reciprocal:
  case Function::ReciprocalNormal:
  case Function::Divide:
  case Function::Sqrt:
  case Function::RsqrtNormal:
    return recordReciprocal(function);
  case Function::Erf:
  case Function::Gelu:
    return recordErrorFunction(function);
  }
  llvm_unreachable("every function has a family");
}

const FunctionCode &wafer::getFunctionCode(Function function) {
  static const std::vector<FunctionCode> codes = [] {
    std::vector<FunctionCode> all;
    for (unsigned f = 0; f < kNumFunctions; ++f)
      all.push_back(record(static_cast<Function>(f)));
    return all;
  }();
  return codes[static_cast<unsigned>(function)];
}

StringRef wafer::getFunctionName(Function function) {
  static constexpr StringRef names[kNumFunctions] = {
      "exp",           "exp of x <= 0", "reciprocal", "reciprocal of normal x",
      "divide",        "sqrt",          "rsqrt",      "tanh",
      "sigmoid",       "silu",          "erf",        "gelu",
      "gelu with tanh"};
  return names[static_cast<unsigned>(function)];
}

/// f32 and i32 registers that the functions need when they share them.
static std::pair<int64_t, int64_t>
countRegisters(ArrayRef<Function> functions) {
  int64_t floats = 0, ints = 0;
  for (Function function : functions) {
    const FunctionCode &code = getFunctionCode(function);
    floats = std::max<int64_t>(floats, code.numFloats);
    ints = std::max<int64_t>(ints, code.numInts);
  }
  return {floats, ints};
}

int64_t wafer::getScratchBytes(ArrayRef<Function> functions, int64_t elements) {
  auto [floats, ints] = countRegisters(functions);
  return (floats + ints) * elements * 4;
}

static StringRef typeName(bool isInt) { return isInt ? "i32" : "f32"; }

int64_t wafer::getFunctionCycles(machine::DescAttr machine, Function function,
                                 int64_t outer, int64_t inner) {
  int64_t cycles = 0;
  for (const FunctionStep &step : getFunctionCode(function).steps)
    cycles +=
        machine.getSetupCycles() +
        outer * llvm::divideCeilSigned(
                    inner, machine.getRate(pe::stringifyOpcode(step.opcode),
                                           typeName(step.toInt),
                                           typeName(step.fromInt)));
  return cycles;
}

FunctionScratch FunctionEmitter::declareScratch(Emitter &emitter,
                                                ArrayRef<Function> functions,
                                                int64_t elements,
                                                const wafer::Region &on) {
  auto [floats, ints] = countRegisters(functions);
  FunctionScratch scratch;
  scratch.elements = elements;
  if (floats > 0)
    scratch.floats =
        emitter.buffer("scratch", emitter.f32(), floats * elements, on);
  if (ints > 0)
    scratch.ints =
        emitter.buffer("bits", IntegerType::get(emitter.getContext(), 32),
                       ints * elements, on);
  return scratch;
}

Attribute FunctionEmitter::resolve(const FunctionOperand &operand, bool isInt,
                                   Attribute destination,
                                   ArrayRef<Attribute> sources) {
  MLIRContext *context = emitter.getContext();
  switch (operand.kind) {
  case FunctionOperand::Kind::Argument:
    return sources[operand.index];
  case FunctionOperand::Kind::Result:
    return destination;
  case FunctionOperand::Kind::Float:
  case FunctionOperand::Kind::Int:
    return emitter.mem(isInt ? scratch.ints : scratch.floats,
                       emitter.constant(operand.index * scratch.elements),
                       strides);
  case FunctionOperand::Kind::Scalar:
    break;
  }
  if (isInt)
    return emitter.imm(IntegerType::get(context, 32),
                       static_cast<int32_t>(operand.bits));
  return emitter.imm(emitter.f32(), llvm::bit_cast<float>(operand.bits));
}

void FunctionEmitter::emit(Function function, Attribute destination,
                           ArrayRef<Attribute> sources) {
  MLIRContext *context = emitter.getContext();
  auto type = [&](bool isInt) -> Type {
    return isInt ? Type(IntegerType::get(context, 32)) : emitter.f32();
  };
  for (const FunctionStep &step : getFunctionCode(function).steps) {
    SmallVector<Attribute> operands =
        llvm::map_to_vector(step.sources, [&](const FunctionOperand &operand) {
          return resolve(operand, step.fromInt, destination, sources);
        });
    Attribute to = resolve(step.destination, step.toInt, destination, sources);
    emitter.emit(step.opcode, type(step.toInt), extents, to, operands,
                 step.toInt == step.fromInt ? Type() : type(step.fromInt));
  }
}
