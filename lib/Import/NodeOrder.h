//===- NodeOrder.h - order of import ----------------------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_NODEORDER_H
#define WAFER_LIB_IMPORT_NODEORDER_H

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include <onnx/onnx_pb.h>
#include <vector>

namespace wafer::importer {

/// True for names that exist before any node of a graph is computed.
using NamePredicate = llvm::function_ref<bool(llvm::StringRef)>;

/// The indices of the nodes on which the outputs of `graph` depend, each after
/// those that it reads from and else in the file's order. `known` are the names
/// of inputs and initializers. Errors: a value with two producers or none, a
/// cycle. They name nodes but not the file.
llvm::Expected<std::vector<int>> orderNodes(const onnx::GraphProto &graph,
                                            NamePredicate isKnown);

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_NODEORDER_H
