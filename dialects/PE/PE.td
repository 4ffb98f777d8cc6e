//===- PE.td - the pe dialect: programs of processing elements --*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PE_TD
#define WAFER_PE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def PE_Dialect : Dialect {
  let name = "pe";
  let cppNamespace = "::wafer::pe";
  let summary = "Programs of processing elements: vector instructions, queues, routes";
  let description = [{
    One `pe.program` for each class of PEs: structured loops of vector instructions on memory and fabric operands, with
    asynchronous blocks on microthreads. docs/ExecutionModel.md gives the meaning of every op, rule by rule.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::wafer::machine::MachineDialect"];
}

//===----------------------------------------------------------------------===//
// Enumerations
//===----------------------------------------------------------------------===//

def PE_Opcode : I32EnumAttr<"Opcode", "what a vector instruction does to one element (E20 to E29)", [
    I32EnumAttrCase<"Move", 0, "move">, I32EnumAttrCase<"Add", 1, "add">, I32EnumAttrCase<"Sub", 2, "sub">,
    I32EnumAttrCase<"Mul", 3, "mul">, I32EnumAttrCase<"Mac", 4, "mac">, I32EnumAttrCase<"Max", 5, "max">,
    I32EnumAttrCase<"Min", 6, "min">, I32EnumAttrCase<"Neg", 7, "neg">, I32EnumAttrCase<"Abs", 8, "abs">,
    I32EnumAttrCase<"Convert", 9, "convert">]> {
  let cppNamespace = "::wafer::pe";
}

def PE_HostKind : I32EnumAttr<"HostKind", "the role of a host tensor", [
    I32EnumAttrCase<"Input", 0, "input">, I32EnumAttrCase<"Output", 1, "output">,
    I32EnumAttrCase<"Constant", 2, "constant">, I32EnumAttrCase<"Temporary", 3, "temporary">,
    I32EnumAttrCase<"Gathered", 4, "gathered">]> {
  let cppNamespace = "::wafer::pe";
  let genSpecializedAttr = 0;
}
def PE_HostKindAttr : EnumAttr<PE_Dialect, PE_HostKind, "host_kind"> { let assemblyFormat = "$value"; }

def PE_Command : I32EnumAttr<"Command", "what a router does when a control wavelet passes (E42)", [
    I32EnumAttrCase<"Nop", 0, "nop">, I32EnumAttrCase<"Advance", 1, "advance">,
    I32EnumAttrCase<"Reset", 2, "reset">]> {
  let cppNamespace = "::wafer::pe";
  let genSpecializedAttr = 0;
}
def PE_CommandAttr : EnumAttr<PE_Dialect, PE_Command, "command"> { let assemblyFormat = "$value"; }

def PE_GatherAttr : AttrDef<PE_Dialect, "Gather"> {
  let mnemonic = "gather";
  let summary = "rows of a host tensor, picked by the elements of another one";
  let description = [{
    Row i of the result, in row-major order of the indices, is row indices[i] of the table; a negative index counts from the end.
    An index without a row is a failure of the run.

    Example: `#pe.gather<@table, @ids>`
  }];
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$table, "::mlir::FlatSymbolRefAttr":$indices);
  let assemblyFormat = "`<` $table `,` $indices `>`";
}

//===----------------------------------------------------------------------===//
// Operands of vector instructions
//===----------------------------------------------------------------------===//

class PE_Attr<string name, string attrMnemonic> : AttrDef<PE_Dialect, name> { let mnemonic = attrMnemonic; }

def PE_MemAttr : PE_Attr<"Mem", "mem"> {
  let summary = "a memory operand: elements of a buffer, `@buffer[offset : strides]`";
  let description = [{
    At the point (j0, j1, ...) of the instruction's iteration space the operand is element
    `offset + j0 * strides[0] + j1 * strides[1] + ...` of the buffer; offset and strides count elements.
  }];
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$buffer, "::mlir::AffineExpr":$offset,
                        ArrayRefParameter<"int64_t">:$strides);
  let hasCustomAssemblyFormat = 1;
}

def PE_QueueAttr : PE_Attr<"Queue", "queue"> {
  let summary = "a fabric operand: the next element of an input queue, `in(0)`, or of an output queue, `out(0)`";
  let parameters = (ins "bool":$isInput, "unsigned":$index);
  let hasCustomAssemblyFormat = 1;
}

def PE_StreamAttr : PE_Attr<"Stream", "stream"> {
  let summary = "a fabric operand before queues are allocated: the next element of a stream, `stream(@name)`";
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$name);
  let hasCustomAssemblyFormat = 1;
}

def PE_ImmAttr : PE_Attr<"Imm", "imm"> {
  let summary = "a scalar operand, the same for every element, `imm(0.0 : f32)`";
  let parameters = (ins "::mlir::TypedAttr":$value);
  let hasCustomAssemblyFormat = 1;
}

def PE_DiscardAttr : PE_Attr<"Discard", "discard"> {
  let summary = "a destination that forgets what is written to it, `discard`";
  let hasCustomAssemblyFormat = 1;
}

//===----------------------------------------------------------------------===//
// Interfaces
//===----------------------------------------------------------------------===//

def PE_VectorOpInterface : OpInterface<"VectorOp"> {
  let cppNamespace = "::wafer::pe";
  let description = [{
    A vector instruction: for every point of the iteration space `extents`, row by row with the last index innermost,
    destination = operation(sources). Extents are quasi-affine in the PE and the enclosing loops.
  }];
  let methods = [
    InterfaceMethod<"What it does to an element.", "::wafer::pe::Opcode", "getOpcode">,
    InterfaceMethod<"Type of the destination's elements.", "::mlir::Type", "getElementType">,
    InterfaceMethod<"Type of the first source's elements.", "::mlir::Type", "getSourceType">,
    InterfaceMethod<"Extents of the iteration space, #machine.expr each.", "::mlir::ArrayAttr", "getExtentsAttr">,
    InterfaceMethod<"Where the results go: mem, queue, stream or discard.", "::mlir::Attribute", "getDestination">,
    InterfaceMethod<"The operands: mem, queue, stream or imm each.", "::mlir::ArrayAttr", "getSourcesAttr">,
    InterfaceMethod<"Replaces the destination.", "void", "replaceDestination", (ins "::mlir::Attribute":$operand)>,
    InterfaceMethod<"Replaces the sources.", "void", "replaceSources", (ins "::mlir::ArrayAttr":$operands)>];
}

#endif
