//===- WeightStreams.cpp - weights from ports to columns --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/ProductKernel.h"

using namespace mlir;
using namespace wafer;

WeightStreams::WeightStreams(ProductPlan &plan, Emitter &emitter,
                             machine::DescAttr machine)
    : plan(plan), emitter(emitter), machine(machine) {
  if (!plan.streamed)
    return;
  // West ports serve the western columns and east ports the eastern ones, each
  // side in proportion to its ports.
  SmallVector<machine::PortsAttr> rows;
  int64_t total = 0, before = 0;
  for (StringRef side : {"west", "east"}) {
    for (auto ports : machine.getPorts().getAsRange<machine::PortsAttr>()) {
      if (ports.getSide().getValue() != side)
        continue;
      rows.push_back(ports);
      total += ports.getCount();
    }
  }
  int64_t columns = plan.columns();
  for (machine::PortsAttr ports : rows) {
    int64_t begin = (before * columns + total - 1) / total;
    before += ports.getCount();
    int64_t end = (before * columns + total - 1) / total;
    addSide(ports, begin, end - begin);
  }
}

void WeightStreams::addSide(machine::PortsAttr ports, int64_t firstColumn,
                            int64_t columns) {
  if (columns <= 0)
    return;
  Side side;
  side.name = ports.getSide().getValue().str();
  side.firstColumn = firstColumn;
  int64_t used = std::min(ports.getCount(), columns);
  side.columns = BalancedBlocks{columns, used};
  side.firstRow = ports.getFirst();
  side.rowStep = ports.getStep() * (ports.getCount() / used);
  SmallVector<StridedRect> relays;
  for (int64_t p = 0; p < used; ++p) {
    int64_t x = plan.at.getX0() + firstColumn,
            y = side.firstRow + p * side.rowStep;
    relays.push_back(
        {StridedRange(x + side.columns.start(p), x + side.columns.start(p + 1)),
         StridedRange(y, y + 1)});
  }
  side.relays = Region::get(relays);
  side.served = Region(StridedRange(plan.at.getX0() + firstColumn,
                                    plan.at.getX0() + firstColumn + columns),
                       StridedRange(plan.at.getY0(), plan.at.getY1()));
  sides.push_back(side);
}

/// The port that serves `column` (counted from the side's first one): the
/// inverse of the balanced blocks.
AffineExpr WeightStreams::portOfColumn(const Side &side,
                                       AffineExpr column) const {
  int64_t ports = side.columns.parts, columns = side.columns.size;
  if (ports == 1)
    return emitter.constant(0);
  return ports == columns ? column
                          : ((column + 1) * ports - 1).floorDiv(columns);
}

LogicalResult
WeightStreams::declare(StringRef host,
                       function_ref<AffineExpr(AffineExpr, AffineExpr)> index) {
  if (sides.empty())
    return plan.matmul.emitOpError("cannot stream its weights: machine ")
           << machine.getName() << " has no ports";
  for (Side &side : sides) {
    declareTrunk(side, host, index);
    declareBranch(side);
  }
  return success();
}

void WeightStreams::declareTrunk(
    Side &side, StringRef host,
    function_ref<AffineExpr(AffineExpr, AffineExpr)> index) {
  AffineExpr i0 = emitter.index(0), i1 = emitter.index(1),
             i2 = emitter.index(2), i3 = emitter.index(3);
  int64_t x0 = plan.at.getX0() + side.firstColumn,
          edge = side.name == "west" ? 0 : machine.getWidth() - 1;
  AffineExpr row = i0 * side.rowStep + side.firstRow;
  side.trunk = emitter.stream("trunk." + side.name,
                              StreamSpec{{0, side.columns.parts},
                                         side.name,
                                         emitter.constant(edge),
                                         row,
                                         side.columns.start(i0) + x0,
                                         side.columns.start(i0 + 1) + x0,
                                         row,
                                         row + 1});
  // A port sends, block after block and column after column, the column's
  // inputs of each output of the block.
  AffineExpr port = machine::exprY(emitter.getContext()) - side.firstRow;
  port = side.rowStep == 1 ? port : port.floorDiv(side.rowStep);
  AffineExpr column = side.columns.start(port) + i1 + side.firstColumn;
  AffineExpr n = plan.blocks.start(i0) + i2,
             k = plan.input.features.start(column) + i3;
  int64_t lastRow = side.firstRow + (side.columns.parts - 1) * side.rowStep;
  emitter.feed(side.name,
               Region(StridedRange(edge, edge + 1),
                      StridedRange(side.firstRow, lastRow + 1, side.rowStep)),
               side.trunk, host, index(k, n),
               {emitter.constant(plan.blocks.parts), side.columns.extent(port),
                plan.blocks.extent(i0), plan.input.features.extent(column)});
}

void WeightStreams::declareBranch(Side &side) {
  if (side.served.subtract(side.relays).empty())
    return; // Every PE is its column's relay.
  AffineExpr i0 = emitter.index(0),
             x = i0 + (plan.at.getX0() + side.firstColumn);
  AffineExpr row = portOfColumn(side, i0) * side.rowStep + side.firstRow;
  side.branch = emitter.stream("branch." + side.name,
                               StreamSpec{{0, side.columns.size},
                                          "",
                                          x,
                                          row,
                                          x,
                                          x + 1,
                                          emitter.constant(plan.at.getY0()),
                                          emitter.constant(plan.at.getY1())});
}

AffineExpr WeightStreams::inputsBefore(const Side &side,
                                       AffineExpr column) const {
  return plan.input.features.start(column + side.firstColumn);
}

// The trunk carries a block for every column of the port: forget those before,
// keep one's own, forget those after.
void WeightStreams::emitRelayReceive(const Side &side, AffineExpr q,
                                     FlatSymbolRefAttr buffer,
                                     AffineExpr offset) {
  AffineExpr column = machine::exprX(emitter.getContext()) -
                      (plan.at.getX0() + side.firstColumn);
  AffineExpr port = portOfColumn(side, column), rows = plan.blocks.extent(q);
  Attribute trunk = emitter.onStream(side.trunk);
  auto skip = [&](AffineExpr from, AffineExpr to) {
    AffineExpr inputs = inputsBefore(side, to) - inputsBefore(side, from);
    emitter.emit<pe::MoveOp>(emitter.f32(), {inputs, rows}, emitter.discard(),
                             {trunk});
  };
  skip(side.columns.start(port), column);
  emitter.emit<pe::MoveOp>(
      emitter.f32(),
      {rows, plan.input.features.extent(column + side.firstColumn)},
      emitter.mem(buffer, offset, {plan.input.features.largest(), 1}), {trunk});
  skip(column + 1, side.columns.start(port + 1));
}

void WeightStreams::emitRelaySend(const Side &side, AffineExpr q,
                                  FlatSymbolRefAttr buffer, AffineExpr offset) {
  AffineExpr column = machine::exprX(emitter.getContext()) - plan.at.getX0();
  emitter.emit<pe::MoveOp>(
      emitter.f32(),
      {plan.blocks.extent(q), plan.input.features.extent(column)},
      emitter.onStream(side.branch),
      {emitter.mem(buffer, offset, {plan.input.features.largest(), 1})});
}

void WeightStreams::emitOutsideRelays() {
  for (const Side &side : sides) {
    Region outside = side.relays.subtract(plan.at.getRegion());
    if (outside.empty())
      continue;
    FlatSymbolRefAttr buffer =
        emitter.buffer("relay", emitter.f32(), plan.weightHalf(), outside);
    emitter.beginTask("relay " + side.name, outside);
    emitter.loop(emitter.constant(plan.blocks.parts), [&]() {
      emitRelayReceive(side, emitter.index(0), buffer, emitter.constant(0));
      emitRelaySend(side, emitter.index(0), buffer, emitter.constant(0));
    });
    emitter.endTask();
  }
}
