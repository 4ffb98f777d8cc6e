//===- Judge.cpp - tolerances of conformance cases -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Judge.h"

#include "../wafer-run/Compare.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using wafer::exec::ElementType;
using wafer::exec::Tensor;

namespace wafer::conformance {

/// The tolerances of ONNX's own runner, with its atol raised where a type's
/// rounding asks for it.
static run::Options getTolerances(ElementType type, const RunOptions &options) {
  run::Options tolerances;
  tolerances.rtol = options.rtol;
  tolerances.atol = options.atol;
  if (type == ElementType::F16) {
    tolerances.rtol = 1e-3;
    tolerances.atol = 2.5e-3;
  } else if (type == ElementType::BF16) {
    tolerances.rtol = 1e-2;
    tolerances.atol = 2e-2;
  }
  return tolerances;
}

void judgeOutput(StringRef name, const Tensor &got, const Tensor &expected,
                 int64_t numNodes, const RunOptions &options,
                 CaseResult &result) {
  raw_string_ostream reason(result.reason);
  if (got.elementType != expected.elementType || got.shape != expected.shape) {
    result.status = Status::Fail;
    reason << "output \"" << name << "\" is " << got.getTypeString()
           << ", expected " << expected.getTypeString();
    return;
  }
  run::Difference difference =
      run::compare(got, expected, getTolerances(got.elementType, options));
  result.maxAbsError = std::max(result.maxAbsError, difference.maxAbsError);
  result.relativeRms = std::max(result.relativeRms, difference.relativeRms);
  if (difference.matches)
    return;
  bool mayUseRms =
      got.elementType == ElementType::F16 && numNodes >= kWholeModelNodes;
  if (mayUseRms && difference.relativeRms <= options.rmsF16) {
    result.isJudgedByRms = true;
    return;
  }
  result.status = Status::Fail;
  reason << "output \"" << name << "\" (" << got.getTypeString()
         << "): " << difference.numMismatches << " of "
         << difference.numElements << " elements differ, first "
         << run::formatIndex(difference.firstMismatch, got.shape) << ": got "
         << format("%.9g", difference.firstGot) << ", expected "
         << format("%.9g", difference.firstExpected) << ", relative RMS "
         << format("%.2e", difference.relativeRms);
}

} // namespace wafer::conformance
