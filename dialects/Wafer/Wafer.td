//===- Wafer.td - the wafer dialect: kernels on a mesh ----------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_WAFER_TD
#define WAFER_WAFER_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/TensorEncoding.td"

def Wafer_Dialect : Dialect {
  let name = "wafer";
  let cppNamespace = "::wafer::mesh";
  let summary = "Kernels, streams and tasks on a wafer mesh";
  let description = [{
    The steps between a tensor graph and the programs of PEs: kernels with layouts and dataflows (sharded), with rectangles
    (placed), their tasks and streams (streamed), colours and routes (routed), offsets and queues (allocated).
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::wafer::machine::MachineDialect", "::wafer::pe::PEDialect"];
  let extraClassDeclaration = "void registerAttributes();";
}

class Wafer_Attr<string name, string attrMnemonic, list<Trait> traits = []> : AttrDef<Wafer_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def Wafer_Form : I32EnumAttr<"Form", "which of a product's three forms", [
    I32EnumAttrCase<"Forward", 0, "forward">, I32EnumAttrCase<"InputGradient", 1, "input_gradient">,
    I32EnumAttrCase<"WeightGradient", 2, "weight_gradient">]> { let cppNamespace = "::wafer::mesh"; }
def Wafer_Reduce : I32EnumAttr<"Reduce", "how partial sums meet", [
    I32EnumAttrCase<"Chain", 0, "chain">, I32EnumAttrCase<"Ring", 1, "ring">]> {
  let cppNamespace = "::wafer::mesh";
}
def Wafer_Weights : I32EnumAttr<"Weights", "where a product's weights are", [
    I32EnumAttrCase<"Resident", 0, "resident">, I32EnumAttrCase<"Streamed", 1, "streamed">]> {
  let cppNamespace = "::wafer::mesh";
}
def Wafer_Distribution : I32EnumAttr<"Distribution", "how an axis is dealt to coordinates", [
    I32EnumAttrCase<"Block", 0, "block">, I32EnumAttrCase<"Cyclic", 1, "cyclic">]> {
  let cppNamespace = "::wafer::mesh";
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

def Wafer_AxisAttr : Wafer_Attr<"Axis", "axis"> {
  let summary = "which parts of a tensor's dimensions lie along one axis of a rectangle";
  let description = [{
    `[d0, d1.2] block pad 64`: the digits of the named dimensions (or factors, `d1.2` is factor 2 of dimension 1), the first
    one most significant, form one index a in 0:A. With a `pad`, A becomes that number, and the indices behind the last element
    hold nothing.

    * `block`: coordinate p of P owns floor(p*A/P) <= a < floor((p+1)*A/P), sizes differ by at most one.
    * `cyclic`: coordinate p owns the a with a mod P = p, and a is element floor(a/P) there.

    C1. No dimension or factor is named twice. C2. `pad` is 0 or at least 1.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t", "dimension, factor (-1: whole) pairs">:$digits,
                        "::wafer::mesh::Distribution":$distribution, "int64_t":$pad);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Wafer_LayoutAttr : Wafer_Attr<"Layout", "layout", [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "how a tensor lies on a rectangle of PEs";
  let description = [{
    `rows` are dealt to the rectangle's rows (and launches: the coordinate is launch * height + row), `columns` to its
    columns. What neither names is whole on each PE. `factors` cuts a dimension into digits, outermost first
    (`factors [d1 = 4 x 2 x 12]`), so that digits may be dealt, permuted or kept together. In a PE's memory
    the columns' part is outermost, then the rest, and the rows' part is innermost, so that tokens are the vector lanes. The
    rows' part takes the room of the largest one, so that strides are the same on all PEs.

    C1. A dimension or factor is named by rows or columns once at most. C2. Every named factor exists. C3. As the encoding
    of a tensor: named dimensions exist, a factored dimension's digits multiply to its size, and a pad is not below the
    number of elements along its axis.

    Examples: `#wafer.layout<rows [d0] block, columns [d1] block>`,
    `#wafer.layout<factors [d1 = 64 x 2 x 48], rows [d0] block, columns [d1.0, d1.2, d1.1] cyclic pad 6400>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t", "dimension, count, sizes... of each factored dimension">:$factors,
                        "::wafer::mesh::AxisAttr":$rows, "::wafer::mesh::AxisAttr":$columns);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Wafer_RectAttr : Wafer_Attr<"Rect", "rect"> {
  let summary = "a rectangle of PEs, `#wafer.rect<0:4, 0:8>` (columns, rows; half open)";
  let description = [{ C1. 0 <= begin < end on both axes. }];
  let parameters = (ins "int64_t":$x0, "int64_t":$x1, "int64_t":$y0, "int64_t":$y1);
  let assemblyFormat = "`<` $x0 `:` $x1 `,` $y0 `:` $y1 `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    int64_t getWidth() const { return getX1() - getX0(); }
    int64_t getHeight() const { return getY1() - getY0(); }
    ::wafer::Region getRegion() const;
  }];
}

//===----------------------------------------------------------------------===//
// Dataflows
//===----------------------------------------------------------------------===//

def Wafer_ProductAttr : Wafer_Attr<"Product", "product"> {
  let summary = "a matrix product's dataflow";
  let description = [{
    `Y[T,N] = X[T,K] . W[K,N]`, tokens over rows, inputs over columns. Every PE multiplies its part of X with its rows of W;
    the partial sums of a token meet along the row and go to the column that owns the output: in the last column, which sends
    them to their owners (`chain`), or at their owners, from the west end and from the east end (`ring`, a reduce-scatter).
    `pieces` is the number of
    blocks into which an owner's outputs are cut: one block is computed, passed on and delivered at a time (0: not chosen
    yet).

    C1. `pieces` is not negative.

    Example: `#wafer.product<form = forward, reduce = chain, weights = streamed, pieces = 4>`
  }];
  let parameters = (ins "::wafer::mesh::Form":$form, "::wafer::mesh::Reduce":$reduce,
                        "::wafer::mesh::Weights":$weights, DefaultValuedParameter<"int64_t", "0">:$pieces);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Wafer_MapAttr : Wafer_Attr<"Map", "map"> {
  let summary = "elementwise work on what each PE owns, no communication";
}

def Wafer_NormalizationAttr : Wafer_Attr<"Normalization", "normalization"> {
  let summary = "a normalisation over the features: sums of a row of PEs meet in its last column, statistics go back to all";
}

def Wafer_AttentionAttr : Wafer_Attr<"Attention", "attention"> {
  let summary = "attention's dataflow";
  let description = [{
    A head lies on columns of its own (or a column has whole heads); rows own tokens. The rows of a sequence are cut into
    `segments`; a segment's last row, its hub, gathers the keys and values of its rows and passes them on to the next hub and to
    its own rows, `blocks` blocks for each segment (0: not chosen yet). Scores of a block are summed along the head's columns to
    the last one, which weighs them (online softmax) and sends the weights back.

    C1. `segments` and `blocks` are not negative.

    Example: `#wafer.attention<segments = 14, blocks = 5>`
  }];
  let parameters = (ins DefaultValuedParameter<"int64_t", "0">:$segments, DefaultValuedParameter<"int64_t", "0">:$blocks);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let genVerifyDecl = 1;
}

def Wafer_ReshardAttr : Wafer_Attr<"Reshard", "reshard"> {
  let summary = "moves a tensor to another rectangle of the same rows: gathered along each row, delivered to the new owners";
}

#endif
