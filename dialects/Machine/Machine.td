//===- Machine.td - the machine dialect: what a target is ------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_MACHINE_TD
#define WAFER_MACHINE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"

def Machine_Dialect : Dialect {
  let name = "machine";
  let cppNamespace = "::wafer::machine";
  let summary = "Attributes that describe a wafer mesh and places on it";
  let description = [{
    The `machine` dialect has attributes only: the description of a target (`#machine.desc`), sets of processing elements
    (`#machine.region`), quasi-affine expressions in a PE's coordinates (`#machine.expr`) and one position of a router
    (`#machine.hop`). Coordinates: x is the column and grows east, y is the row and grows south, both from 0.
  }];
  let useDefaultAttributePrinterParser = 1;
}

class Machine_Attr<string name, string attrMnemonic> : AttrDef<Machine_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def Machine_RegionAttr : Machine_Attr<"Region", "region"> {
  let summary = "a set of PEs: a union of strided rectangles less a few points";
  let description = [{
    `[x0:x1:sx, y0:y1:sy]` is a half-open strided rectangle; a step of 1 may be left out, and a single coordinate `3` means
    `3:4`. Rectangles are joined by `+`; single PEs are taken away by `less (x, y), ...`.

    C1. Every range has 0 <= begin, begin < end, and step >= 1; every PE taken away has coordinates of at least 0. No number
    is above 2^20.

    Example: `#machine.region<[0:16:2, 0:4] + [15, 0:4] less (3, 2)>`
  }];
  let parameters = (ins
    ArrayRefParameter<"int64_t", "x0, x1, sx, y0, y1, sy of each rectangle">:$rects,
    ArrayRefParameter<"int64_t", "x, y of each PE taken away">:$holes);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let genStorageClass = 0;
  let extraClassDeclaration = [{
    static RegionAttr get(::mlir::MLIRContext *context, const ::wafer::Region &region);
    /// The set itself, computed once for each attribute; lives as long as the context.
    const ::wafer::Region &getRegion() const;
  }];
}

def Machine_ExprAttr : Machine_Attr<"Expr", "expr"> {
  let summary = "a quasi-affine integer expression in a PE's coordinates and loop indices";
  let description = [{
    Sums, products with constants, `mod`, `floordiv` and `ceildiv` of `x`, `y` (the PE), `launch` (the number of the
    run within the batch, from 0) and `i0` ... `i7` (indices of the enclosing loops or of a family, outermost first).

    C1. A factor of a product is a constant; a divisor or modulus is a positive constant.

    Example: `#machine.expr<(x + 1) * 6144 floordiv 750 - x * 6144 floordiv 750>`
  }];
  let parameters = (ins "::mlir::AffineExpr":$value);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Machine_HopAttr : Machine_Attr<"Hop", "hop"> {
  let summary = "one position of a router for a colour: a live input and a set of outputs";
  let description = [{
    Example: `#machine.hop<west -> ramp, east>`

    C1. There is at least one output. C2. The input is not among the outputs.
  }];
  let parameters = (ins "::wafer::Direction":$input, "unsigned":$outputs);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    bool hasOutput(::wafer::Direction d) const { return getOutputs() & (1u << static_cast<unsigned>(d)); }
  }];
}

def Machine_ExprsAttr : TypedArrayAttrBase<Machine_ExprAttr, "list of #machine.expr">;
def Machine_HopsAttr : TypedArrayAttrBase<Machine_HopAttr, "list of #machine.hop">;

def Machine_PortsAttr : Machine_Attr<"Ports", "ports"> {
  let summary = "a row of off-wafer ports on one side";
  let description = [{
    Port p (0 <= p < count) enters or leaves the mesh at row `first + p * step` of the west or the east side, and carries
    `wavelets_per_kcycle` wavelets each 1,000 cycles at most.

    C1. `side` is west or east. C2. count, step and rate are positive, first is not negative; the rate is at most 1,000,
    which a link carries, the others at most 2^20.

    Example: `#machine.ports<side = "west", count = 60, first = 8, step = 16, wavelets_per_kcycle = 284>`
  }];
  let parameters = (ins "::mlir::StringAttr":$side, "int64_t":$count, "int64_t":$first, "int64_t":$step,
                        "int64_t":$wavelets_per_kcycle);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Machine_DescAttr : Machine_Attr<"Desc", "desc"> {
  let summary = "a target machine: the mesh, its PEs, its fabric, its ports";
  let description = [{
    Every hardware number that a pass or an executor uses is a field here (docs/MachineDescription.md gives the meaning,
    the unit, the source and the trust of each). `rates` maps `operation.type` to elements per cycle; what is not listed
    has rate 1.

    C1. Sizes, counts and rates are positive, cycles that may be saved are not negative, and none is absurdly large. C2. `reserved_bytes` is less than `sram_bytes`. C3. `reserved_colours` is
    less than `colours`. C4. Every port's row is inside the mesh. C5. There are input and output queues, and their depths
    are positive. C6. A rate is that of an operation of the pe dialect on f32, f16 or i32, or `mac.mixed` (f16 sources, f32
    destination).
  }];
  let parameters = (ins
    "::mlir::StringAttr":$name, "int64_t":$width, "int64_t":$height,
    "int64_t":$sram_bytes, "int64_t":$reserved_bytes,
    "int64_t":$colours, "int64_t":$reserved_colours, "int64_t":$switch_positions, "int64_t":$control_commands,
    "::mlir::DenseI64ArrayAttr":$in_queues, "::mlir::DenseI64ArrayAttr":$out_queues,
    "int64_t":$microthreads, "int64_t":$clock_hz,
    "int64_t":$hop_cycles, "int64_t":$ramp_cycles, "int64_t":$link_buffer,
    "int64_t":$setup_cycles, "int64_t":$async_cycles, "int64_t":$completion_cycles, "int64_t":$loop_cycles,
    "int64_t":$barrier_cycles,
    "int64_t":$sram_read_bytes, "int64_t":$sram_write_bytes,
    "::mlir::DictionaryAttr":$rates, "::mlir::ArrayAttr":$ports);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Colours that a program may use: those not reserved for host copies.
    int64_t getUsableColours() const { return getColours() - getReservedColours(); }
    /// Bytes of SRAM that a program may use.
    int64_t getUsableBytes() const { return getSramBytes() - getReservedBytes(); }
    /// Elements per cycle of `operation` (for example "mac") on elements of `type` (for example "f32").
    int64_t getRate(::llvm::StringRef operation, ::llvm::StringRef type) const;
    /// The same where the sources may have another type: a mac from f16 to f32 is `mac.mixed`, and a convert has the rate of
    /// its result's type.
    int64_t getRate(::llvm::StringRef operation, ::llvm::StringRef type, ::llvm::StringRef sourceType) const;
  }];
}

#endif
