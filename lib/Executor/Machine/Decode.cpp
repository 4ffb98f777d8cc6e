//===- Decode.cpp - parts of programs, decoded ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decode.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;
using llvm::Error;
using llvm::Expected;

std::string exec::describe(Operation *op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  OpPrintingFlags flags;
  flags.skipRegions().elideLargeElementsAttrs().useLocalScope();
  flags.assumeVerified(); // Printing would verify the whole module.
  op->print(os, flags);
  Location loc = op->getLoc();
  if (!isa<UnknownLoc>(loc))
    os << " at " << loc;
  return text;
}

Error exec::errorAt(Operation *op, const Twine &message) {
  return llvm::createStringError(message + ": " + describe(op));
}

Elem exec::elemOf(Type type) {
  return type.isF16() ? Elem::F16 : type.isF32() ? Elem::F32 : Elem::I32;
}

StringRef exec::nameOf(Elem type) {
  return type == Elem::F16 ? "f16" : type == Elem::F32 ? "f32" : "i32";
}

Expected<Expr> exec::compileExpr(Operation *op, AffineExpr expr) {
  if (std::optional<Expr> compiled = Expr::compile(expr))
    return std::move(*compiled);
  return errorAt(op, "'" + machine::toString(expr) + "' is not quasi-affine");
}

Expected<Expr> exec::compileExpr(Operation *op, machine::ExprAttr expr) {
  return compileExpr(op, expr.getValue());
}

Expected<Nest> exec::compileNest(Operation *op, machine::ExprAttr index,
                                 ArrayAttr extents) {
  Nest nest;
  for (unsigned i = 0; i < extents.size(); ++i) {
    Expected<Expr> extent = compileExpr(op, pe::extentAt(extents, i));
    if (!extent)
      return extent.takeError();
    nest.extents.push_back(std::move(*extent));
  }
  Expected<Expr> compiled = compileExpr(op, index);
  if (!compiled)
    return compiled.takeError();
  nest.index = std::move(*compiled);
  const uint32_t indices = ~uint32_t(0) << machine::kIndex0;
  if (llvm::any_of(nest.extents, [&](const Expr &extent) {
        return extent.getDims() & indices;
      }))
    return nest;
  for (unsigned i = 0; i < nest.extents.size(); ++i) {
    std::optional<int64_t> step = nest.index.getFactor(machine::kIndex0 + i);
    if (!step) {
      nest.steps.clear();
      return nest;
    }
    nest.steps.push_back(*step);
  }
  return nest;
}

pe::HostOp exec::findHost(Operation *from, FlatSymbolRefAttr name) {
  for (Operation *scope = from->getParentOp(); scope;
       scope = scope->getParentOp())
    if (scope->hasTrait<OpTrait::SymbolTable>())
      if (auto host = dyn_cast_or_null<pe::HostOp>(
              SymbolTable::lookupSymbolIn(scope, name.getAttr())))
        return host;
  return {};
}

MachineNumbers exec::readMachine(machine::DescAttr desc) {
  MachineNumbers m;
  m.width = desc.getWidth();
  m.height = desc.getHeight();
  m.colours = desc.getColours();
  m.microthreads = desc.getMicrothreads();
  llvm::append_range(m.inDepths, desc.getInQueues().asArrayRef());
  llvm::append_range(m.outDepths, desc.getOutQueues().asArrayRef());
  m.hop = desc.getHopCycles();
  m.ramp = desc.getRampCycles();
  m.linkBuffer = desc.getLinkBuffer();
  m.setup = desc.getSetupCycles();
  m.async = desc.getAsyncCycles();
  m.completion = desc.getCompletionCycles();
  m.loop = desc.getLoopCycles();
  m.barrier = desc.getBarrierCycles();
  m.clockHz = desc.getClockHz();
  m.portRate = 0;
  for (auto ports : desc.getPorts().getAsRange<machine::PortsAttr>())
    m.portRate += ports.getCount() * ports.getWaveletsPerKcycle();
  return m;
}

llvm::SmallVector<Route::Position, 4> exec::readPositions(ArrayAttr positions) {
  llvm::SmallVector<Route::Position, 4> result;
  for (auto hop : positions.getAsRange<machine::HopAttr>())
    result.push_back(
        {hop.getInput(), DirectionSet::fromBits(hop.getOutputs())});
  return result;
}

Expected<Feed> exec::readFeed(pe::FeedOp op) {
  Expected<Nest> nest = compileNest(op, op.getIndex(), op.getExtents());
  if (!nest)
    return nest.takeError();
  pe::HostOp host = findHost(op, op.getHostAttr());
  if (!host)
    return errorAt(op, "names no host tensor");
  Direction side = op.getSide() == "west" ? Direction::West : Direction::East;
  return Feed{op, host, side, wafer::Region(), 0, std::move(*nest)};
}

/// E41: the same barriers in the same order in all programs.
static Error checkBarriers(LoadedModule &module) {
  std::vector<unsigned> first;
  for (Program &program : module.programs) {
    std::vector<unsigned> epochs;
    for (const Instruction &instruction : program.code)
      if (instruction.kind == Instruction::Kind::Barrier)
        epochs.push_back(instruction.epoch);
    for (unsigned epoch : epochs)
      module.numEpochs = std::max(module.numEpochs, epoch + 1);
    if (&program == &module.programs.front())
      first = epochs;
    else if (epochs != first)
      return llvm::createStringError("programs @" +
                                     module.programs.front().name + " and @" +
                                     program.name + " have different barriers");
  }
  return Error::success();
}

Error exec::finishModule(LoadedModule &module) {
  std::optional<StridedRect> box;
  for (const Program &program : module.programs) {
    StridedRect r = program.region.boundingBox();
    if (box)
      r = {StridedRange(std::min(r.x.begin, box->x.begin),
                        std::max(r.x.end, box->x.end)),
           StridedRange(std::min(r.y.begin, box->y.begin),
                        std::max(r.y.end, box->y.end))};
    box = r;
  }
  if (box)
    module.span = box->x.size() + box->y.size();
  return checkBarriers(module);
}
