//===- GraphBase.td - what the families of graph ops share -*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_GRAPHBASE_TD
#define WAFER_DIALECTS_GRAPH_GRAPHBASE_TD

include "dialects/Graph/Graph.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Graph_Op<string mnemonic, list<Trait> traits = []>
    : Op<Graph_Dialect, mnemonic, !listconcat([Pure], traits)>;

def Graph_FloatTensor : StaticShapeTensorOf<[Graph_Float]>;
def Graph_IntegerTensor : StaticShapeTensorOf<[Graph_Integer]>;
def Graph_BoolTensor : StaticShapeTensorOf<[I1]>;
// Operands of bitwise and logical ops; bool is an integer of one bit here.
def Graph_BitsTensor : StaticShapeTensorOf<[Graph_Integer, I1]>;
def Graph_IndexTensor : StaticShapeTensorOf<[I32, I64]>;

// An op whose result types the C++ call `infer` (see Infer.h) appends to
// `types`, given `loc`, the place of errors or none, and the op's `adaptor`.
class Graph_InferredOp<string mnemonic, string infer, list<Trait> traits = []>
    : Graph_Op<mnemonic, !listconcat([InferTypeOpAdaptor], traits)> {
  let extraClassDefinition = [{
    ::mlir::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> loc,
        Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return ::wafer::graph::}] # infer # [{;
    }
  }];
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

#endif // WAFER_DIALECTS_GRAPH_GRAPHBASE_TD
