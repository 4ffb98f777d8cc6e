//===- VerifyPlacement.cpp - kernels and their rectangles -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  wafer.program with placed kernels (or none).
// Out: the same, or errors by rule (P1 to P5 of the pass description).
//
// One look at each kernel and each of its operands. Rule by rule an error names
// the kernel, the rectangles and, as a note, the producer.
//
//===----------------------------------------------------------------------===//

#include "wafer/Verify/Passes.h"
#include "llvm/ADT/SetVector.h"

#define DEBUG_TYPE "wafer-verify-placement"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_VERIFYPLACEMENT
#include "wafer/Verify/Passes.h.inc"

namespace {

std::string toString(mesh::RectAttr rect) {
  std::string text;
  llvm::raw_string_ostream(text) << rect.getRegion();
  return text;
}

LogicalResult verifyInside(mesh::KernelOp kernel, mesh::RectAttr rect,
                           machine::DescAttr machine) {
  if (rect.getX1() <= machine.getWidth() && rect.getY1() <= machine.getHeight())
    return success();
  return kernel.emitError("kernel @") // P2
         << kernel.getSymName() << " reaches PE (" << rect.getX1() - 1 << ","
         << rect.getY1() - 1 << ") outside the " << machine.getWidth() << "x"
         << machine.getHeight() << " mesh";
}

/// Where a kernel reads an argument of its body: a product its left operand on
/// `at` and what its elementwise ops read on `to`, other kernels on `at`.
void collectReads(mesh::KernelOp kernel, mlir::Value value,
                  llvm::SmallSetVector<mesh::RectAttr, 2> &rects) {
  bool isProduct = isa<mesh::ProductAttr>(*kernel.getDataflow());
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (isa<graph::MatmulOp>(user) || !isProduct)
      rects.insert(*kernel.getAt());
    else if (isa<graph::ReshapeOp, graph::TransposeOp, graph::SliceOp,
                 graph::ExpandOp>(user))
      collectReads(kernel, user->getResult(0), rects);
    else
      rects.insert(*kernel.getTo());
  }
}

/// An operand on the mesh has to be where the kernel reads it.
LogicalResult verifyOperand(mesh::KernelOp kernel, OpOperand &operand) {
  if (!mesh::getLayout(operand.get().getType()))
    return success();
  auto producer = operand.get().getDefiningOp<mesh::KernelOp>();
  if (!producer)
    return kernel.emitError("operand ") // P5
           << operand.getOperandNumber() << " of kernel @"
           << kernel.getSymName()
           << " has a layout but is no result of a kernel";
  if (!producer.getTo())
    return success(); // A producer without rectangle is its own error.
  llvm::SmallSetVector<mesh::RectAttr, 2> rects;
  collectReads(kernel, kernel.getBody().getArgument(operand.getOperandNumber()),
               rects);
  for (mesh::RectAttr rect : rects) {
    if (*producer.getTo() == rect)
      continue;
    InFlightDiagnostic diagnostic =
        kernel.emitError("operand ") // P3
        << operand.getOperandNumber() << " of kernel @" << kernel.getSymName()
        << " lies on " << toString(*producer.getTo())
        << " but the kernel reads it on " << toString(rect);
    diagnostic.attachNote(producer.getLoc())
        << "kernel @" << producer.getSymName() << " puts it there";
    return diagnostic;
  }
  return success();
}

LogicalResult verifyKernel(mesh::KernelOp kernel, machine::DescAttr machine) {
  if (!kernel.getDataflow() || !kernel.getAt() || !kernel.getTo())
    return kernel.emitError("kernel @") // P1
           << kernel.getSymName() << " has no "
           << (!kernel.getDataflow() ? "dataflow"
               : !kernel.getAt()     ? "rectangle ('at')"
                                     : "rectangle for its results ('to')");
  for (mesh::RectAttr rect : {*kernel.getAt(), *kernel.getTo()})
    if (failed(verifyInside(kernel, rect, machine)))
      return failure();
  if (isa<mesh::MapAttr>(*kernel.getDataflow()) &&
      *kernel.getAt() != *kernel.getTo())
    return kernel.emitError("kernel @") // P4
           << kernel.getSymName() << " is a map on "
           << toString(*kernel.getAt()) << " but its results are to lie on "
           << toString(*kernel.getTo());
  for (OpOperand &operand : kernel->getOpOperands())
    if (failed(verifyOperand(kernel, operand)))
      return failure();
  return success();
}

struct VerifyPlacement : impl::VerifyPlacementBase<VerifyPlacement> {
  void runOnOperation() override {
    bool ok = true;
    for (auto program : getOperation().getOps<mesh::ProgramOp>())
      for (auto kernel : program.getBody().getOps<mesh::KernelOp>())
        ok &= succeeded(verifyKernel(kernel, program.getMachine()));
    if (!ok)
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace wafer
