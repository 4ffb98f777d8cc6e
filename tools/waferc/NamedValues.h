//===- NamedValues.h - values by the node that they come from ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFERC_NAMEDVALUES_H
#define WAFER_TOOLS_WAFERC_NAMEDVALUES_H

#include "Expectation.h"
#include "RunStep.h"
#include "llvm/ADT/StringMap.h"

namespace wafer::compiler {

/// What the values of a graph or of kernels' bodies should be, under the names
/// in their locations: those of the model's nodes. A node that became several
/// ops has several values.
class NamedValues {
public:
  /// Adds the values of `model`'s graph (or bodies); `terms` as Expectation's.
  mlir::LogicalResult add(StepRunner &runner, const run::Model &model,
                          bool ofKernels, int64_t terms);

  /// The first value of `model`, in the order of evaluation, whose node is
  /// known and whose elements none of that node's values has.
  struct Culprit {
    mlir::Operation *op = nullptr;
    Expectation::Mismatch mismatch;
    explicit operator bool() const { return op; }
  };
  Culprit findFirst(StepRunner &runner, const run::Model &model,
                    bool ofKernels) const;

private:
  llvm::StringMap<std::vector<Expectation>> values;

  std::optional<Expectation::Mismatch> judge(llvm::StringRef name,
                                             const exec::Tensor &got) const;
};

/// The name of the node in a location; empty if there is none.
llvm::StringRef getNodeName(mlir::Location loc);

} // namespace wafer::compiler

#endif // WAFER_TOOLS_WAFERC_NAMEDVALUES_H
