//===- Operators.cpp - the table of operators -------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;

namespace wafer::importer {

const Operator *OperatorTable::find(StringRef domain, StringRef name,
                                    int64_t version) const {
  auto it = forms.find((domain + ":" + name).str());
  if (it == forms.end())
    return nullptr;
  const Form *newest = nullptr;
  for (const Form &form : it->second)
    if (form.since <= version && (!newest || newest->since < form.since))
      newest = &form;
  return newest ? &newest->op : nullptr;
}

const OperatorTable &getOperators() {
  static const OperatorTable table = [] {
    OperatorTable all;
    addActivationOperators(all);
    addAttentionOperators(all);
    addConstantOperators(all);
    addContribOperators(all);
    addConvolutionOperators(all);
    addEinsumOperators(all);
    addElementwiseOperators(all);
    addGatherOperators(all);
    addGradientOperators(all);
    addLossOperators(all);
    addNormalizationOperators(all);
    addProductOperators(all);
    addReductionOperators(all);
    addShapeOperators(all);
    addSliceOperators(all);
    addTrainingOperators(all);
    addWindowOperators(all);
    return all;
  }();
  return table;
}

} // namespace wafer::importer
