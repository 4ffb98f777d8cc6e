//===- PEOps.td - ops of the pe dialect -------------------------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PEOPS_TD
#define WAFER_PEOPS_TD

include "dialects/Machine/Machine.td"
include "dialects/PE/PE.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"

class PE_Op<string mnemonic, list<Trait> traits = []> : Op<PE_Dialect, mnemonic, traits>;

def PE_CommandsAttr : TypedArrayAttrBase<PE_CommandAttr, "list of #pe.command">;

//===----------------------------------------------------------------------===//
// Containers
//===----------------------------------------------------------------------===//

def PE_ModuleOp : PE_Op<"module", [Symbol, SymbolTable, IsolatedFromAbove, NoTerminator, NoRegionArguments,
                                   SingleBlock, RegionKindInterface]> {
  let summary = "one wafer program: routes, feeds and a program for each class of PEs";
  let description = [{
    Runs `launches` times in a row; SRAM and router positions persist from launch to launch (E4).

    C1. `launches` is at least 1. C2. Programs lie inside the mesh and no PE is in two of them. C3. A route's region lies
    inside the mesh, its colour and epoch exist, and no PE has two routes for one colour in one epoch. C4. A feed's PEs have
    ports on its side, and it names a colour that exists. C5. All programs have the same barriers in the same order.

    ```mlir
    pe.module @p0 machine(#machine.desc<...>) launches(1) {
      pe.route colour 3 epoch 0 on [0:3, 0] : ramp -> east
      pe.program @c0 on [0:4, 0:4] { ... }
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Machine_DescAttr:$machine, I64Attr:$launches);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `machine` `(` $machine `)` `launches` `(` $launches `)` attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    static ::mlir::RegionKind getRegionKind(unsigned) { return ::mlir::RegionKind::Graph; }
  }];
}

def PE_ProgramOp : PE_Op<"program", [Symbol, SymbolTable, NoTerminator, NoRegionArguments, SingleBlock,
                                     HasParent<"ModuleOp">]> {
  let summary = "the program of a class of PEs";
  let description = [{
    Buffers, host copies and queue bindings come with the instructions; what differs between the PEs of a class is an
    expression in x and y.

    C1. Every buffer has an offset; buffers lie between the machine's reserved bytes and the end of SRAM. C2. Memory
    operands name buffers of this program and have the buffer's element type. C3. An expression names only indices of
    enclosing loops. C4. Fabric operands are queues that exist in the machine; a queue is bound to a colour that exists. C5. A
    microthread exists in the machine. C6. A control wavelet has no more commands than the machine's hold.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Machine_RegionAttr:$on);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name `on` custom<RegionText>($on) attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def PE_HostOp : PE_Op<"host", [Symbol]> {
  let summary = "a tensor in the host's memory";
  let description = [{
    A `gathered` tensor is picked by the host from two others before it is read: how an embedding's rows get to the wafer.

    C1. A constant has a value, a gathered tensor a #pe.gather as one, nothing else has one. C2. The type is static and the
    value's type, where it has one, is the same. C3. A gathered tensor's table and indices are host tensors that are inputs or constants; its
    last dimensions are those of a row of the table, of the table's element type, the others hold as many rows as there are indices.

    Example: `pe.host @images : tensor<8x64xf32> input`
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, PE_HostKindAttr:$kind, OptionalAttr<AnyAttr>:$value);
  let assemblyFormat = "$sym_name `:` $type `` $kind (`value` `(` $value^ `)`)? attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::RankedTensorType getTensorType() { return ::llvm::cast<::mlir::RankedTensorType>(getType()); }
  }];
}

def PE_BufferOp : PE_Op<"buffer", [Symbol]> {
  let summary = "bytes of SRAM, at the same offset in every PE";
  let description = [{
    `size` counts elements. Before allocation a buffer has no offset, and belongs to the PEs of `on`; inside a
    `pe.program` it belongs to the program's class and `on` is left out. `offset` is the address in bytes.

    C1. `size` is positive. C2. `offset` is a multiple of 4 bytes. C3. The type is f32, f16 or i32. C4. `on` is given
    unless the buffer is in a `pe.program`.

    Example: `pe.buffer @x : f32 x 96 at 6144`
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, I64Attr:$size, OptionalAttr<Machine_RegionAttr>:$on,
                       OptionalAttr<I64Attr>:$offset);
  let assemblyFormat = [{
    $sym_name `:` $type `x` $size (`on` custom<RegionText>($on)^)? (`at` $offset^)? attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = "int64_t getSizeInBytes();";
}

//===----------------------------------------------------------------------===//
// Host copies and feeds
//===----------------------------------------------------------------------===//

class PE_CopyOp<string mnemonic, string word> : PE_Op<mnemonic> {
  let description = [{
    For every point (i0, i1, ...) of `extents`, element `index` of the host tensor (row-major, in elements) and element
    `offset + i0 * strides[0] + ...` of the buffer. Host copies use the reserved colours and happen outside the program's
    time: loads before a launch, stores after it (E5). A load marked `once` happens before the first launch only.

    C1. As many strides as extents, at most 6. C2. The host tensor and the buffer exist and have the same element type. C3.
    Inside a `pe.program`, `on` is left out; elsewhere it is given. C4. `index` names indices of the extents, an extent those
    of the extents before it, and the buffer's offset none. C5. Only a load is marked `once`.

    Example: `pe.}] # mnemonic # [{ @x[0 : 8, 1] }] # word # [{ @images[(y * 8 + i0) * 64 + x * 4 + i1] over [8, 4]`
  }];
  let arguments = (ins PE_MemAttr:$mem, FlatSymbolRefAttr:$host, Machine_ExprAttr:$index, Machine_ExprsAttr:$extents,
                       OptionalAttr<Machine_RegionAttr>:$on, UnitAttr:$once);
  let assemblyFormat = "custom<Operand>($mem) `" # word # "` $host `[` custom<ExprText>($index) `]` `over` " #
                       "custom<Extents>($extents) (`on` custom<RegionText>($on)^)? (`once` $once^)? attr-dict";
  let hasVerifier = 1;
}

def PE_LoadOp : PE_CopyOp<"load", "from"> {
  let summary = "copies a slice of a host tensor into SRAM before a launch";
}

def PE_StoreOp : PE_CopyOp<"store", "to"> {
  let summary = "copies SRAM into a slice of a host tensor after a launch";
}

def PE_FeedOp : PE_Op<"feed"> {
  let summary = "wavelets that enter the mesh at ports";
  let description = [{
    On each launch, the port of `side` at each PE of `on` (x is the edge column, y the port's row) sends elements `index` of
    the host tensor for every point (i0, i1, ...) of the nest `extents`, row by row; an extent may name outer indices. They
    enter the edge PE's router on that side (E44), on a colour, or before routing on a stream.

    C1. Exactly one of `colour` and `stream`. C2. The host tensor exists and its elements have 32 bits. C3. The side is
    west or east. C4. `index` names indices of the extents, of which there are at most 6, an extent those of the extents
    before it.

    Example: `pe.feed "west" on [0, 8:200:16] colour 5 from @w[i0 * 64 + i1] over [200, 64]`
  }];
  let arguments = (ins StrAttr:$side, Machine_RegionAttr:$on, OptionalAttr<I64Attr>:$colour,
                       OptionalAttr<FlatSymbolRefAttr>:$stream, FlatSymbolRefAttr:$host, Machine_ExprAttr:$index,
                       Machine_ExprsAttr:$extents);
  let assemblyFormat = [{
    $side `on` custom<RegionText>($on) (`colour` $colour^)? (`stream` `(` $stream^ `)`)? `from` $host
    `[` custom<ExprText>($index) `]` `over` custom<Extents>($extents) attr-dict
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Fabric
//===----------------------------------------------------------------------===//

def PE_RouteOp : PE_Op<"route"> {
  let summary = "how the routers of a region treat a colour during an epoch";
  let description = [{
    The positions of the router for this colour, the first one live at the start of the epoch. A control wavelet moves it
    (E42); behind the last position it stays, or returns to the first if `wrap` is given.

    C1. There is a position, and inside a `pe.module` no more than the machine has. C2. Colour and epoch are not negative.

    Example: `pe.route colour 3 epoch 0 on [0:4, 0] : west -> ramp | west -> east wrap`
  }];
  let arguments = (ins I64Attr:$colour, I64Attr:$epoch, Machine_RegionAttr:$on, Machine_HopsAttr:$positions, UnitAttr:$wrap);
  let assemblyFormat = [{
    `colour` $colour `epoch` $epoch `on` custom<RegionText>($on) `:` custom<Hops>($positions) (`wrap` $wrap^)? attr-dict
  }];
  let hasVerifier = 1;
}

def PE_BindOp : PE_Op<"bind"> {
  let summary = "ties a queue to a colour, from here on";
  let description = [{
    Executors check that an input queue is empty when it is tied to another colour (E35).

    C1. The colour is not negative.

    Example: `pe.bind in(0) colour 3`
  }];
  let arguments = (ins PE_QueueAttr:$queue, I64Attr:$colour);
  let assemblyFormat = "custom<Operand>($queue) `colour` $colour attr-dict";
  let hasVerifier = 1;
}

def PE_ControlOp : PE_Op<"control"> {
  let summary = "sends one control wavelet";
  let description = [{
    The wavelet follows the colour of the output queue and carries commands, one taken by each router it crosses (E42).

    C1. The destination is an output queue or a stream. C2. There is a command.

    Example: `pe.control out(0) [advance, nop]`
  }];
  let arguments = (ins AnyAttr:$destination, PE_CommandsAttr:$commands);
  let assemblyFormat = "custom<Operand>($destination) custom<Commands>($commands) attr-dict";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

class PE_RegionOp<string mnemonic> : PE_Op<mnemonic, [NoTerminator, NoRegionArguments, SingleBlock]>;

def PE_LoopOp : PE_RegionOp<"loop"> {
  let summary = "repeats its body; the index of the k-th loop from the outside is i<k>";
  let description = [{
    C1. At most 8 loops are nested. A trip count of 0 or less skips the body.

    Example: `pe.loop (x + 1) * 6 floordiv 4 { ... }`
  }];
  let arguments = (ins Machine_ExprAttr:$count);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "custom<ExprText>($count) attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def PE_AsyncOp : PE_RegionOp<"async"> {
  let summary = "starts its body on a microthread and goes on";
  let description = [{
    The body runs in order, beside the instructions after it, until done; expressions inside keep the indices of the loops
    around it as they were when it started (E11).

    C1. The body holds vector instructions, control wavelets and loops only. C2. The microthread is not negative.

    Example: `pe.async 1 { ... }`
  }];
  let arguments = (ins I64Attr:$thread);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$thread attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def PE_AwaitOp : PE_Op<"await"> {
  let summary = "waits until microthreads are idle";
  let description = [{
    C1. No microthread is negative. Awaiting an idle microthread does nothing.

    Example: `pe.await 1, 2`
  }];
  let arguments = (ins DenseI64ArrayAttr:$threads);
  let assemblyFormat = "custom<Threads>($threads) attr-dict";
  let hasVerifier = 1;
}

def PE_SectionOp : PE_Op<"section", [HasParent<"ProgramOp">]> {
  let summary = "names the part of the program that begins here";
  let description = [{
    It does nothing. Lowering puts one where the code of a kernel begins; readers, reports and the functional executor
    (docs/ExecutionModel.md, E65) find kernels by it.

    C1. The name is not empty and is new in the program.

    Example: `pe.section "fc1"`
  }];
  let arguments = (ins StrAttr:$name);
  let assemblyFormat = "$name attr-dict";
  let hasVerifier = 1;
}

def PE_BarrierOp : PE_Op<"barrier", [HasParent<"ProgramOp">]> {
  let summary = "waits for every PE, proves the fabric empty, and starts the next epoch of routes";
  let description = [{
    C1. The epoch is at least 1.

    Example: `pe.barrier epoch 1`
  }];
  let arguments = (ins I64Attr:$epoch);
  let assemblyFormat = "`epoch` $epoch attr-dict";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Vector instructions
//===----------------------------------------------------------------------===//

class PE_VectorOp<string mnemonic, string opcode, int sources> :
    PE_Op<mnemonic, [DeclareOpInterfaceMethods<PE_VectorOpInterface>]> {
  let description = [{
    For every point of the iteration space, the last index innermost: destination = }] # opcode # [{(sources).

    C1. It has }] # !cast<string>(sources) # [{ source(s). C2. At most 4 extents; memory operands have as many strides.
    C3. The destination is mem, queue, stream or discard; a source is mem, queue, stream or imm; a queue is an output
    queue as destination and an input queue as source. C4. Types are f32, f16 or i32; only convert, mac from f16 to
    f32, and move between f32 and i32, which keeps the bits, may have another source type. C5. Fabric operands have 32-bit elements. C6. The destination of a mac is mem.

    Example: `pe.add f32 over [6, 2] out(0) = in(0), @acc[0 : 2, 1]`
  }];
  let arguments = (ins TypeAttr:$type, OptionalAttr<TypeAttr>:$from, Machine_ExprsAttr:$extents, AnyAttr:$dst, ArrayAttr:$sources);
  let assemblyFormat = [{
    $type (`from` $from^)? `over` custom<Extents>($extents) custom<Operand>($dst) `=` custom<Operands>($sources) attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = "static constexpr unsigned kSources = " # !cast<string>(sources) # ";";
  let extraClassDefinition = [{
    ::wafer::pe::Opcode $cppClass::getOpcode() { return ::wafer::pe::Opcode::}] # opcode # [{; }
    ::mlir::Type $cppClass::getElementType() { return getType(); }
    ::mlir::Type $cppClass::getSourceType() { return getFrom() ? *getFrom() : getType(); }
    ::mlir::Attribute $cppClass::getDestination() { return getDst(); }
    void $cppClass::replaceDestination(::mlir::Attribute operand) { setDstAttr(operand); }
    void $cppClass::replaceSources(::mlir::ArrayAttr operands) { (*this)->setAttr("sources", operands); }
    ::llvm::LogicalResult $cppClass::verify() { return ::wafer::pe::verifyVectorOp(*this, kSources); }
  }];
}

def PE_MoveOp : PE_VectorOp<"move", "Move", 1> { let summary = "copies elements, bit by bit"; }
def PE_AddOp : PE_VectorOp<"add", "Add", 2> { let summary = "adds"; }
def PE_SubOp : PE_VectorOp<"sub", "Sub", 2> { let summary = "subtracts the second source from the first"; }
def PE_MulOp : PE_VectorOp<"mul", "Mul", 2> { let summary = "multiplies"; }
def PE_MacOp : PE_VectorOp<"mac", "Mac", 2> { let summary = "adds the product of the sources to the destination, rounded once"; }
def PE_MaxOp : PE_VectorOp<"max", "Max", 2> { let summary = "the larger one; NaN wins"; }
def PE_MinOp : PE_VectorOp<"min", "Min", 2> { let summary = "the smaller one; NaN wins"; }
def PE_NegOp : PE_VectorOp<"neg", "Neg", 1> { let summary = "flips the sign"; }
def PE_AbsOp : PE_VectorOp<"abs", "Abs", 1> { let summary = "clears the sign"; }
def PE_ConvertOp : PE_VectorOp<"convert", "Convert", 1> { let summary = "converts between element types"; }

#endif
