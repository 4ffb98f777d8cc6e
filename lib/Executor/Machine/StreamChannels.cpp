//===- StreamChannels.cpp - who talks to whom on a stream -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A family is listed channel by channel. Every PE reads at most one channel, so
// the cost is the number of channels plus that of PEs.
//
//===----------------------------------------------------------------------===//

#include "Decode.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;
using llvm::Error;
using llvm::Expected;

/// More points than this in a family's domain are surely a mistake.
static constexpr int64_t kMaxChannels = int64_t(1) << 26;

namespace {
class Lister {
public:
  Lister(mesh::StreamOp op, const MachineNumbers &machine)
      : op(op), width(machine.width), height(machine.height) {
    channels.name = op.getSymName().str();
    if (std::optional<StringRef> side = op.getSide())
      channels.side = *side == "west" ? Direction::West : Direction::East;
    channels.sourceOf.assign(width * height, StreamChannels::kNobody);
    channels.isSource.assign(width * height, false);
  }

  Error run();
  StreamChannels take() { return std::move(channels); }

private:
  Error compile();
  Error addChannel(Point source, Point begin, Point end);
  std::string at(Point p) const {
    return "PE (" + std::to_string(p.x) + "," + std::to_string(p.y) + ")";
  }

  mesh::StreamOp op;
  int64_t width, height;
  StreamChannels channels;
  Expr sourceX, sourceY, x0, x1, y0, y1;
};
} // namespace

Error Lister::compile() {
  for (auto [expr, attr] :
       {std::pair(&sourceX, op.getSourceX()),
        std::pair(&sourceY, op.getSourceY()), std::pair(&x0, op.getX0()),
        std::pair(&x1, op.getX1()), std::pair(&y0, op.getY0()),
        std::pair(&y1, op.getY1())}) {
    Expected<Expr> compiled = compileExpr(op, attr);
    if (!compiled)
      return compiled.takeError();
    *expr = std::move(*compiled);
  }
  return Error::success();
}

Error Lister::addChannel(Point source, Point begin, Point end) {
  bool readsItself = channels.side.has_value();
  bool hasSource = begin.x <= source.x && source.x < end.x &&
                   begin.y <= source.y && source.y < end.y;
  int64_t columns = std::max<int64_t>(end.x - begin.x, 0),
          rows = std::max<int64_t>(end.y - begin.y, 0);
  bool isEmpty = columns == 0 || rows == 0 ||
                 (columns == 1 && rows == 1 && hasSource && !readsItself);
  if (isEmpty)
    return Error::success();
  auto isOutside = [&](Point p) {
    return p.x < 0 || p.y < 0 || p.x >= width || p.y >= height;
  };
  for (Point p : {source, begin, Point{end.x - 1, end.y - 1}})
    if (isOutside(p))
      return errorAt(op, "a channel of the stream leaves the mesh at " + at(p));
  uint32_t from = source.y * width + source.x;
  if (channels.isSource[from])
    return errorAt(op, "two channels of the stream start at " + at(source));
  channels.isSource[from] = true;
  for (int64_t y = begin.y; y < end.y; ++y)
    for (int64_t x = begin.x; x < end.x; ++x) {
      if (Point{x, y} == source && !readsItself)
        continue;
      int32_t &reads = channels.sourceOf[y * width + x];
      if (reads != StreamChannels::kNobody)
        return errorAt(op, "two channels of the stream lead to " + at({x, y}));
      reads = from;
    }
  return Error::success();
}

Error Lister::run() {
  if (Error error = compile())
    return error;
  std::array<int64_t, 2> begin = {0, 0}, end = {1, 1};
  llvm::ArrayRef<int64_t> domain = op.getDomain();
  int64_t points = 1;
  for (unsigned k = 0; k < 2 && 2 * k + 1 < domain.size(); ++k) {
    begin[k] = domain[2 * k];
    end[k] = domain[2 * k + 1];
    int64_t extent = 0;
    if (end[k] > begin[k] &&
        (llvm::SubOverflow(end[k], begin[k], extent) ||
         llvm::MulOverflow(points, extent, points) || points > kMaxChannels))
      return errorAt(op, "the stream has too many channels");
  }
  ExprValues values = {};
  int64_t &i0 = values[machine::kIndex0], &i1 = values[machine::kIndex0 + 1];
  for (i0 = begin[0]; i0 < end[0]; ++i0)
    for (i1 = begin[1]; i1 < end[1]; ++i1)
      if (Error error = addChannel({sourceX.eval(values), sourceY.eval(values)},
                                   {x0.eval(values), y0.eval(values)},
                                   {x1.eval(values), y1.eval(values)}))
        return error;
  return Error::success();
}

Expected<StreamChannels> exec::listChannels(mesh::StreamOp op,
                                            const MachineNumbers &machine) {
  Lister lister(op, machine);
  if (Error error = lister.run())
    return std::move(error);
  return lister.take();
}
