//===- GraphImport.h - nodes of graphs, subgraphs and functions -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_GRAPHIMPORT_H
#define WAFER_LIB_IMPORT_GRAPHIMPORT_H

#include "Node.h"

namespace wafer::importer {

/// Versions of operator sets by domain; ONNX's default domain is "".
using Opsets = llvm::StringMap<int64_t>;

/// The name under which a domain stands in tables.
llvm::StringRef normalizeDomain(llvm::StringRef domain);

/// The values that nodes of one graph see by name.
struct Scope {
  /// Of the graph that holds a subgraph; null for graphs and functions.
  const Scope *parent = nullptr;
  const Opsets *opsets = nullptr;
  /// Null for an absent optional input of a function.
  llvm::StringMap<Value> values;
  /// Makes the constant of an initializer when it is first used; a null value
  /// if there is none of that name.
  std::function<mlir::FailureOr<Value>(llvm::StringRef)> readInitializer;

  /// True if `name` is here or further out.
  bool knows(llvm::StringRef name) const;
  llvm::StringSet<> initializers;
};

/// Imports the nodes of graphs into one block.
class NodesImporter {
public:
  NodesImporter(const onnx::ModelProto &model, llvm::StringRef file,
                mlir::OpBuilder &builder);

  /// Imports the nodes that the graph's outputs need, in a valid order.
  mlir::LogicalResult importNodes(const onnx::GraphProto &graph, Scope &scope);
  mlir::FailureOr<Value> getValue(llvm::StringRef name, Scope &scope);

private:
  llvm::StringRef file;
  mlir::OpBuilder &builder;
  /// Local functions by "domain:name".
  llvm::StringMap<const onnx::FunctionProto *> functions;
  /// Names that several functions have.
  llvm::StringSet<> ambiguous;
  /// Subgraphs and functions that are being imported.
  unsigned depth = 0;
  /// Nodes and bytes of bodies that calls of functions have copied so far.
  int64_t nodesOfCalls = 0;
  uint64_t bytesOfCalls = 0;
  /// See Node. Enough for the dropouts of any network that is trained here.
  int64_t maskElementsLeft = int64_t(1) << 27;

  mlir::InFlightDiagnostic error();
  mlir::LogicalResult importNode(const onnx::NodeProto &proto, Scope &scope);
  mlir::LogicalResult defineOutputs(Node &node, llvm::ArrayRef<Value> results,
                                    Scope &scope);
  mlir::LogicalResult checkInputs(Node &node, const Operator &op,
                                  llvm::ArrayRef<Value> operands);
  Imported importSubgraph(const onnx::GraphProto &graph, Scope &inner);
  Imported importBranch(Node &node, Scope &scope);
  Imported importCall(Node &node, const onnx::FunctionProto &function,
                      llvm::ArrayRef<Value> operands);
};

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_GRAPHIMPORT_H
