//===- FunctionRecorder.cpp - records a function's instructions -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Values are dealt to registers by a linear scan: a value takes the first free
// register of its type where it is first written, and gives it back behind its
// last use. The result's place is one of the f32 registers once all arguments
// have been read.
//
//===----------------------------------------------------------------------===//

#include "FunctionRecorder.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/bit.h"

using llvm::ArrayRef;
using namespace wafer;
using pe::Opcode;
using Value = FunctionRecorder::Value;

FunctionRecorder::FunctionRecorder(unsigned numArguments)
    : numArguments(numArguments), numValues(numArguments) {}

Value FunctionRecorder::f32(float value) {
  return Value{true, false, 0, llvm::bit_cast<uint32_t>(value)};
}

Value FunctionRecorder::record(Opcode opcode, Value a, std::optional<Value> b,
                               bool isInt) {
  Value destination{false, isInt, numValues++, 0};
  Step step{opcode, destination, {a}};
  if (b) {
    assert(a.isInt == b->isInt && "sources of one type");
    step.sources.push_back(*b);
  }
  steps.push_back(step);
  return destination;
}

Value FunctionRecorder::bits(Value a) {
  return record(Opcode::Move, a, std::nullopt, !a.isInt);
}
Value FunctionRecorder::convertToFloat(Value a) {
  return record(Opcode::Convert, a, std::nullopt, /*isInt=*/false);
}
Value FunctionRecorder::convertToInt(Value a) {
  return record(Opcode::Convert, a, std::nullopt, /*isInt=*/true);
}

Value FunctionRecorder::mac(Value accumulator, Value a, Value b) {
  Value destination = accumulator;
  if (accumulator.isScalar || accumulator.id < numArguments)
    destination = move(accumulator);
  steps.push_back(Step{Opcode::Mac, destination, {a, b}});
  return destination;
}

Value FunctionRecorder::polynomial(ArrayRef<float> coefficients, Value x) {
  Value sum = f32(coefficients.back());
  for (float c : llvm::reverse(coefficients.drop_back()))
    sum = mac(f32(c), x, sum);
  return sum;
}

FunctionCode FunctionRecorder::finish(Value result) {
  std::vector<size_t> firstWrite(numValues, 0), lastUse(numValues, 0);
  llvm::BitVector written(numValues);
  size_t argumentsRead = 0;
  for (auto [i, step] : llvm::enumerate(steps)) {
    for (Value source : step.sources) {
      if (source.isScalar)
        continue;
      lastUse[source.id] = i;
      if (source.id < numArguments)
        argumentsRead = i;
    }
    unsigned id = step.destination.id;
    if (!written[id])
      firstWrite[id] = i;
    written.set(id);
    lastUse[id] = i;
  }
  assert(!result.isScalar && !result.isInt && result.id >= numArguments &&
         firstWrite[result.id] >= argumentsRead &&
         "the result would overwrite an argument that is still read");

  FunctionCode code;
  std::vector<FunctionOperand> places(numValues);
  for (unsigned i = 0; i < numArguments; ++i)
    places[i] = {FunctionOperand::Kind::Argument, i, 0};
  // Step behind whose sources a register is free again; 0 is free.
  std::vector<size_t> floatsBusy, intsBusy;
  size_t resultBusy = 0;
  auto place = [&](Value value, size_t at) -> FunctionOperand {
    if (value.id == result.id)
      return {FunctionOperand::Kind::Result, 0, 0};
    size_t until = lastUse[value.id];
    if (!value.isInt && at >= argumentsRead && resultBusy <= at &&
        until <= firstWrite[result.id]) {
      resultBusy = until;
      return {FunctionOperand::Kind::Result, 0, 0};
    }
    std::vector<size_t> &busy = value.isInt ? intsBusy : floatsBusy;
    auto free = llvm::find_if(busy, [&](size_t b) { return b <= at; });
    unsigned index = free - busy.begin();
    if (free == busy.end())
      busy.push_back(until);
    else
      *free = until;
    return {value.isInt ? FunctionOperand::Kind::Int
                        : FunctionOperand::Kind::Float,
            index, 0};
  };
  for (auto [i, step] : llvm::enumerate(steps)) {
    if (firstWrite[step.destination.id] == i)
      places[step.destination.id] = place(step.destination, i);
    FunctionStep out;
    out.opcode = step.opcode;
    out.toInt = step.destination.isInt;
    out.fromInt = step.sources.front().isInt;
    out.destination = places[step.destination.id];
    for (Value source : step.sources)
      out.sources.push_back(
          source.isScalar
              ? FunctionOperand{FunctionOperand::Kind::Scalar, 0, source.bits}
              : places[source.id]);
    code.steps.push_back(out);
  }
  code.numFloats = floatsBusy.size();
  code.numInts = intsBusy.size();
  return code;
}
