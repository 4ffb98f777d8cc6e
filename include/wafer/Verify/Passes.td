//===- Passes.td - checks of the phase boundaries -----------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_VERIFY_PASSES_TD
#define WAFER_VERIFY_PASSES_TD

include "mlir/Pass/PassBase.td"

class VerifyPass<string argument> : Pass<argument, "::mlir::ModuleOp"> {
  let dependentDialects = ["::wafer::mesh::WaferDialect"];
}

def VerifyPlacement : VerifyPass<"wafer-verify-placement"> {
  let summary = "every kernel has a dataflow and rectangles that fit its operands";
  let description = [{
    For each `wafer.program` with kernels:

    * P1. A kernel has a dataflow, `at` and `to`.
    * P2. `at` and `to` lie inside the mesh.
    * P3. An operand on the mesh lies where the kernel reads it: its producer's
      `to` is the kernel's `at`.
    * P4. A map's results lie where it runs: `to` is `at`.
    * P5. An operand on the mesh is the result of a kernel.

    Nothing is changed.
  }];
}

def VerifyStreams : VerifyPass<"wafer-verify-streams"> {
  let summary = "every stream is sent and read as it says, with equal counts";
  let description = [{
    For each `wafer.stream`:

    * S1. The PEs whose tasks send on it are the sources of its channels that have
      readers; the ports that feed it, if it starts at ports.
    * S2. The PEs whose tasks read it are the readers of its channels.
    * S3. No PE sends, or reads, on two of its channels.
    * S4. In every launch each reader takes as many elements as the source sends.

    S1 to S3 are decided on regions, exactly. S4 compares counts for the first,
    second and last launch: along x for every column and along y for every row, if
    the counts depend on them, in combination with all places where the covering
    tasks change; among the readers of one channel in a column or row, with one for
    each set of covering tasks. Counts that depend on x and y together in one term
    are compared for those combinations only. Nothing is changed.
  }];
}

def VerifyRoutes : VerifyPass<"wafer-verify-routes"> {
  let summary = "every stream reaches its readers and nobody else";
  let description = [{
    For each `wafer.program` with streams and each epoch:

    * R1. Colours are usable, and a router has one input for a colour.
    * R2. Every source sends each stream on one colour.
    * R3. Wavelets that follow the routes from their source reach exactly the
      readers of their channel.
    * R4. No route is left over.
    * R5. The routes of a stream are in the epoch of the tasks that use it.

    The streams are recovered from the routes alone and then compared. Routes with
    several positions are refused: what control wavelets do is not followed.
    Nothing is changed.
  }];
}

def VerifyMemory : VerifyPass<"wafer-verify-memory"> {
  let summary = "buffers lie apart in SRAM and accesses lie in their buffers";
  let description = [{
    For each `wafer.program` with buffers:

    * M1. Every buffer lies between the reserved bytes and the end of SRAM.
    * M2. Buffers that are live together on a PE have no byte in common.

    For each `wafer.program` and each `pe.module`:

    * M3. Every access of an instruction, a load or a store lies in its buffer.
    * M4. Every index of a load, store or feed lies in its host tensor.

    M3 and M4 are decided for all columns, rows, launches and iterations. An access
    is an interval of each extent's corners, and its ends are first bounded as
    expressions: sums of digits in mixed radix, in which the start of a block and an
    index inside it make the start of the next block (`lib/Verify/SumBounds.cpp`). This
    costs as much for a wafer as for one PE. Where it proves too little, values are
    looked at one by one; that cost follows the columns and rows, not the PEs, unless
    an expression mixes x and y in one division. With more than 64 launches the first
    two and the last one stand for all then. Where there are too many combinations,
    each part of an expression is put at its first and last value: a point outside is
    an error. If nothing is known even so, M3 is an error, and one warning names the
    first access of M4 and the number of others. Nothing is changed.
  }];
}

def VerifyPrograms : VerifyPass<"wafer-verify-programs"> {
  let summary = "instructions in flight at once touch other bytes and queues";
  let description = [{
    For each `pe.program`:

    * E12. Two instructions in flight at once touch no common byte unless both only
      read.
    * E13. Two instructions in flight at once use no common queue; a queue is not
      bound to a colour while an instruction in flight uses it.
    * Q1. Queues that instructions use are bound to a colour.
    * Q2. For a colour that a program takes or sends, each of its PEs has a route
      with the ramp as output or input, in the epoch.
    * Q3. A colour has one input queue at a time (E35).

    An asynchronous block is in flight from its start to the next await or start of
    its microthread. Loops are followed through the first and a later iteration;
    indices of iterations are related exactly, so that halves of a double buffer
    (`(i0 mod 2) * half`) are seen to be apart: one remainder after the other is
    assumed, and the expressions are bounded as in `wafer-verify-memory`. Where that is
    not enough, values are looked at one by one. The bytes of an instruction are taken
    as the interval from its lowest to its highest. Nothing is changed.
  }];
}

#endif // WAFER_VERIFY_PASSES_TD
