//===- WaferOps.td - ops of the wafer dialect -------------------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_WAFEROPS_TD
#define WAFER_WAFEROPS_TD

include "dialects/Machine/Machine.td"
include "dialects/Wafer/Wafer.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Wafer_Op<string mnemonic, list<Trait> traits = []> : Op<Wafer_Dialect, mnemonic, traits>;

def Wafer_ProgramOp : Wafer_Op<"program", [Symbol, SymbolTable, IsolatedFromAbove, NoTerminator, NoRegionArguments,
                                           SingleBlock]> {
  let summary = "a part of a model that runs on the wafer in one go";
  let description = [{
    Sharded and placed, it holds inputs, kernels and outputs. Streamed, it holds buffers, host copies, streams and tasks too;
    a PE runs the tasks of which it is a part, in the order in which they stand. Programs of a file run in order.

    C1. `launches` is at least 1. C2. Rectangles lie inside the mesh. C3. Tasks and routes lie inside the mesh. C4. Streams
    and buffers that are named exist. C5. It holds ops of this dialect, buffers, host copies and feeds only.

    ```mlir
    wafer.program @p0 machine(#machine.desc<...>) launches(1) {
      %x = wafer.input @images : tensor<8x64xf32>
      %y = wafer.kernel @fc1(%x, ...) : ...
      wafer.output %y to @logits : ...
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Machine_DescAttr:$machine, I64Attr:$launches);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `machine` `(` $machine `)` `launches` `(` $launches `)` attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def Wafer_InputOp : Wafer_Op<"input", [Pure, HasParent<"ProgramOp">]> {
  let summary = "a host tensor that kernels read";
  let description = [{ C1. The host tensor exists and has this type. }];
  let arguments = (ins FlatSymbolRefAttr:$host);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$host attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Wafer_OutputOp : Wafer_Op<"output", [HasParent<"ProgramOp">]> {
  let summary = "a kernel's result that becomes a host tensor";
  let description = [{ C1. The host tensor exists, and has the value's element type and number of elements. }];
  let arguments = (ins AnyRankedTensor:$value, FlatSymbolRefAttr:$host);
  let assemblyFormat = "$value `to` $host attr-dict `:` type($value)";
  let hasVerifier = 1;
}

def Wafer_KernelOp : Wafer_Op<"kernel", [IsolatedFromAbove, HasParent<"ProgramOp">,
                                         SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "graph ops that run together on a rectangle, and how";
  let description = [{
    The body is the kernel's meaning: graph ops on whole tensors. An operand or result with a `#wafer.layout` as its
    encoding lies on the mesh; one without is a host tensor. `dataflow` says how it runs, `at` on which rectangle, `to` on
    which rectangle its results lie.

    C1. The body has an argument for each operand, of its type without the layout. C2. It yields a value for each result,
    likewise. C3. Every result has a layout. C4. `dataflow` is #wafer.product, #wafer.map, #wafer.normalization,
    #wafer.attention or #wafer.reshard. C5. `to` is
    given if and only if `at` is, and has the same rows.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Variadic<AnyRankedTensor>:$inputs, OptionalAttr<AnyAttr>:$dataflow,
                       OptionalAttr<Wafer_RectAttr>:$at, OptionalAttr<Wafer_RectAttr>:$to);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `(` $inputs `)` (`dataflow` `(` $dataflow^ `)`)? (`at` $at^)? (`to` $to^)? `:` functional-type($inputs, $results)
    attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def Wafer_YieldOp : Wafer_Op<"yield", [Terminator, ReturnLike, Pure, HasParent<"KernelOp">]> {
  let summary = "the results of a kernel's body";
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
}

//===----------------------------------------------------------------------===//
// Streamed, routed, allocated
//===----------------------------------------------------------------------===//

def Wafer_StreamOp : Wafer_Op<"stream", [Symbol, HasParent<"ProgramOp">]> {
  let summary = "a family of channels: from where, to whom";
  let description = [{
    For every (i0, i1) of `domain` one channel, from the PE (`source_x`, `source_y`) to all PEs of the rectangle
    `[x0:x1, y0:y1]`, less the source itself. With a side, the channel starts at the port at that PE instead of the PE's
    program. A PE sends on at most one channel of a family and reads at most one.

    C1. The domain has at most 2 ranges. C2. Expressions name only its indices. C3. The element type has 32 bits.
    C4. The side is west or east.

    Example: `wafer.stream @fc1.part : f32 for (0:3, 0:4) from (i0, i1) to [i0 + 1:i0 + 2, i1:i1 + 1]`
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, DenseI64ArrayAttr:$domain, OptionalAttr<StrAttr>:$side,
                       Machine_ExprAttr:$source_x, Machine_ExprAttr:$source_y, Machine_ExprAttr:$x0, Machine_ExprAttr:$x1,
                       Machine_ExprAttr:$y0, Machine_ExprAttr:$y1);
  let assemblyFormat = [{
    $sym_name `:` $type `for` custom<Domain>($domain) `from` ($side^)?
    ` ` `(` custom<ExprText>($source_x) `,` custom<ExprText>($source_y) `)` `to`
    ` ` `[` custom<ExprText>($x0) `:` custom<ExprText>($x1) `,` custom<ExprText>($y0) `:` custom<ExprText>($y1) `]` attr-dict
  }];
  let hasVerifier = 1;
}

def Wafer_TaskOp : Wafer_Op<"task", [NoTerminator, NoRegionArguments, SingleBlock, HasParent<"ProgramOp">]> {
  let summary = "what a class of PEs does for a kernel";
  let description = [{
    The body holds instructions of the pe dialect; their fabric operands are streams, their memory operands the program's
    buffers.

    C1. The kernel exists. C2. The body holds pe instructions and control only. C3. Fabric operands are streams. C4. An
    expression names only indices of enclosing loops.

    ```mlir
    wafer.task "first" of @fc1 on [0, 0:4] {
      pe.move f32 over [12] stream(@fc1.part) = @fc1.acc[0 : 1]
    }
    ```
  }];
  let arguments = (ins StrAttr:$role, FlatSymbolRefAttr:$kernel, Machine_RegionAttr:$on);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$role `of` $kernel `on` custom<RegionText>($on) attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def Wafer_RouteOp : Wafer_Op<"route", [HasParent<"ProgramOp">]> {
  let summary = "the routers that carry a stream on a colour";
  let description = [{
    C1. Colour and epoch are not negative. C2. There is a position.

    Example: `wafer.route @fc1.w colour 3 epoch 0 on [0:4, 0:3] : north -> ramp, south`
  }];
  let arguments = (ins FlatSymbolRefAttr:$stream, I64Attr:$colour, I64Attr:$epoch, Machine_RegionAttr:$on,
                       Machine_HopsAttr:$positions, UnitAttr:$wrap);
  let assemblyFormat = [{
    $stream `colour` $colour `epoch` $epoch `on` custom<RegionText>($on) `:` custom<Hops>($positions) (`wrap` $wrap^)?
    attr-dict
  }];
  let hasVerifier = 1;
}

def Wafer_QueueOp : Wafer_Op<"queue", [HasParent<"ProgramOp">]> {
  let summary = "the queue that every PE uses for a colour during an epoch";
  let description = [{
    C1. Colour and epoch are not negative. C2. `queue` is an input or output queue.

    Example: `wafer.queue in(0) colour 3 epoch 0`
  }];
  let arguments = (ins AnyAttr:$queue, I64Attr:$colour, I64Attr:$epoch);
  let assemblyFormat = "custom<Operand>($queue) `colour` $colour `epoch` $epoch attr-dict";
  let hasVerifier = 1;
}

def Wafer_BarrierOp : Wafer_Op<"barrier", [HasParent<"ProgramOp">]> {
  let summary = "between the tasks of two epochs of routes";
  let description = [{ C1. The epoch is at least 1. }];
  let arguments = (ins I64Attr:$epoch);
  let assemblyFormat = "`epoch` $epoch attr-dict";
  let hasVerifier = 1;
}

#endif
