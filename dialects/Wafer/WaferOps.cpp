//===- WaferOps.cpp - verifiers of the wafer dialect -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/PE/PEText.h"
#include "dialects/Wafer/Wafer.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::mesh;
using pe::parseExprText;
using pe::parseHops;
using pe::parseOperand;
using pe::parseRegionText;
using pe::printExprText;
using pe::printHops;
using pe::printOperand;
using pe::printRegionText;

/// `(0:3, 0:4)`: the ranges of a family's indices, as begin, end pairs.
static ParseResult parseDomain(OpAsmParser &parser, DenseI64ArrayAttr &domain) {
  SmallVector<int64_t> list;
  auto parseOne = [&]() -> ParseResult {
    return failure(parser.parseInteger(list.emplace_back()) ||
                   parser.parseColon() ||
                   parser.parseInteger(list.emplace_back()));
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseOne))
    return failure();
  domain = DenseI64ArrayAttr::get(parser.getContext(), list);
  return success();
}

static void printDomain(OpAsmPrinter &printer, Operation *,
                        DenseI64ArrayAttr domain) {
  printer << "(";
  for (int64_t i = 0; i + 2 <= domain.size(); i += 2)
    printer << (i ? ", " : "") << domain[i] << ":" << domain[i + 1];
  printer << ")";
}

#define GET_OP_CLASSES
#include "dialects/Wafer/WaferOps.cpp.inc"

RankedTensorType mesh::withoutLayout(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.getShape(), tensor.getElementType());
}

LayoutAttr mesh::getLayout(Type type) {
  return dyn_cast_or_null<LayoutAttr>(
      cast<RankedTensorType>(type).getEncoding());
}

pe::HostOp mesh::lookupHost(Operation *op, FlatSymbolRefAttr symbol) {
  auto module = op->getParentOfType<mlir::ModuleOp>();
  return module ? module.lookupSymbol<pe::HostOp>(symbol.getAttr())
                : pe::HostOp();
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

static wafer::Region meshOf(ProgramOp program) {
  return wafer::Region(StridedRange(0, program.getMachine().getWidth()),
                       StridedRange(0, program.getMachine().getHeight()));
}

static LogicalResult verifyInside(Operation *op, const wafer::Region &region,
                                  ProgramOp program) {
  wafer::Region mesh = meshOf(program);
  if (mesh.contains(region))
    return success();
  wafer::Region outside = region.subtract(mesh);
  return op->emitOpError("covers PE (")
         << outside.anyPoint().x << "," << outside.anyPoint().y
         << ") outside the " << program.getMachine().getWidth() << "x"
         << program.getMachine().getHeight() << " mesh of "
         << program.getMachine().getName();
}

/// C4: symbols inside a task.
static LogicalResult verifySymbols(TaskOp task, ProgramOp program) {
  auto check = [&](Operation *op, Attribute operand) -> LogicalResult {
    if (auto mem = dyn_cast<pe::MemAttr>(operand))
      if (!program.lookupSymbol<pe::BufferOp>(mem.getBuffer().getAttr()))
        return op->emitOpError("names no buffer ") << mem.getBuffer();
    if (auto stream = dyn_cast<pe::StreamAttr>(operand))
      if (!program.lookupSymbol<StreamOp>(stream.getName().getAttr()))
        return op->emitOpError("names no stream ") << stream.getName();
    return success();
  };
  WalkResult result = task.getBody().walk([&](Operation *op) -> WalkResult {
    if (auto control = dyn_cast<pe::ControlOp>(op))
      return check(op, control.getDestination());
    auto vector = dyn_cast<pe::VectorOp>(op);
    if (!vector)
      return success();
    if (failed(check(op, vector.getDestination())))
      return failure();
    for (Attribute source : vector.getSourcesAttr())
      if (failed(check(op, source)))
        return failure();
    return success();
  });
  return failure(result.wasInterrupted());
}

LogicalResult ProgramOp::verifyRegions() {
  if (static_cast<int64_t>(getLaunches()) < 1) // C1
    return emitOpError("launches must be at least 1");
  for (Operation &op : getBody().getOps()) {
    if (auto kernel = dyn_cast<KernelOp>(op)) {
      for (std::optional<RectAttr> rect : {kernel.getAt(), kernel.getTo()})
        if (rect && failed(verifyInside(&op, rect->getRegion(), *this))) // C2
          return failure();
    } else if (auto task = dyn_cast<TaskOp>(op)) {
      if (failed(verifyInside(&op, task.getOn().getRegion(), *this)) || // C3
          failed(verifySymbols(task, *this)))                           // C4
        return failure();
    } else if (auto route = dyn_cast<mesh::RouteOp>(op)) {
      if (failed(verifyInside(&op, route.getOn().getRegion(), *this))) // C3
        return failure();
      if (!lookupSymbol<StreamOp>(route.getStream())) // C4
        return op.emitOpError("names no stream ") << route.getStreamAttr();
    } else if (auto feed = dyn_cast<pe::FeedOp>(op)) {
      if (feed.getStream() && !lookupSymbol<StreamOp>(*feed.getStream())) // C4
        return op.emitOpError("names no stream ") << feed.getStreamAttr();
    } else if (!isa<InputOp, OutputOp, StreamOp, QueueOp, mesh::BarrierOp,
                    pe::BufferOp, pe::LoadOp, pe::StoreOp>(op)) { // C5
      return op.emitOpError("must not stand in a wafer.program");
    }
  }
  return success();
}

LogicalResult InputOp::verify() {
  pe::HostOp host = lookupHost(*this, getHostAttr());
  if (!host)
    return emitOpError("names no host tensor ") << getHostAttr(); // C1
  if (host.getType() != getResult().getType())
    return emitOpError("has type ")
           << getResult().getType() << " but " << getHostAttr() << " has "
           << host.getType();
  return success();
}

LogicalResult OutputOp::verify() {
  pe::HostOp host = lookupHost(*this, getHostAttr());
  if (!host)
    return emitOpError("names no host tensor ") << getHostAttr(); // C1
  auto type = cast<RankedTensorType>(getValue().getType());
  RankedTensorType hostType = host.getTensorType();
  if (type.getElementType() != hostType.getElementType() ||
      type.getNumElements() != hostType.getNumElements())
    return emitOpError("writes ")
           << type << " to " << getHostAttr() << " of type " << hostType; // C1
  return success();
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

LogicalResult KernelOp::verifyRegions() {
  Block &body = getBody().front();
  if (body.getNumArguments() != getInputs().size()) // C1
    return emitOpError("has ")
           << getInputs().size() << " operands but its body has "
           << body.getNumArguments() << " arguments";
  for (auto [input, argument] : llvm::zip(getInputs(), body.getArguments()))
    if (withoutLayout(input.getType()) != argument.getType()) // C1
      return emitOpError("passes ")
             << input.getType() << " to a body argument of type "
             << argument.getType();
  auto yield = cast<YieldOp>(body.getTerminator());
  if (yield.getValues().size() != getResults().size()) // C2
    return emitOpError("has ")
           << getResults().size() << " results but its body yields "
           << yield.getValues().size();
  for (auto [value, result] : llvm::zip(yield.getValues(), getResults())) {
    if (withoutLayout(result.getType()) != value.getType()) // C2
      return emitOpError("yields ")
             << value.getType() << " as " << result.getType();
    if (!getLayout(result.getType())) // C3
      return emitOpError("result requires a layout, found ")
             << result.getType();
  }
  if (getDataflow() &&
      !isa<ProductAttr, MapAttr, NormalizationAttr, AttentionAttr, ReshardAttr>(
          *getDataflow())) // C4
    return emitOpError("dataflow must be #wafer.product, #wafer.map, "
                       "#wafer.normalization, #wafer.attention or "
                       "#wafer.reshard, found ")
           << *getDataflow();
  if (getAt().has_value() != getTo().has_value()) // C5
    return emitOpError("requires both 'at' and 'to', or none");
  if (getAt() && (getAt()->getY0() != getTo()->getY0() ||
                  getAt()->getY1() != getTo()->getY1())) // C5
    return emitOpError("requires the same rows in 'at' and 'to', found ")
           << *getAt() << " and " << *getTo();
  return success();
}

//===----------------------------------------------------------------------===//
// Streams, tasks, routes
//===----------------------------------------------------------------------===//

LogicalResult StreamOp::verify() {
  ArrayRef<int64_t> domain = getDomain();
  if (domain.size() % 2 || domain.size() > 4) // C1
    return emitOpError("requires at most 2 ranges");
  for (size_t i = 0; i < domain.size(); i += 2)
    if (domain[i] >= domain[i + 1])
      return emitOpError("range must not be empty, found ")
             << domain[i] << ":" << domain[i + 1];
  for (machine::ExprAttr expr :
       {getSourceX(), getSourceY(), getX0(), getX1(), getY0(), getY1()})
    if (machine::getNumIndicesUsed(expr.getValue()) > domain.size() / 2) // C2
      return emitOpError("names index i")
             << machine::getNumIndicesUsed(expr.getValue()) - 1 << " but has "
             << domain.size() / 2 << " range(s)";
  if (!getType().isIntOrFloat() ||
      getType().getIntOrFloatBitWidth() != 32) // C3
    return emitOpError("requires 32-bit elements, found ") << getType();
  if (getSide() && *getSide() != "west" && *getSide() != "east") // C4
    return emitOpError("side is west or east, found '") << *getSide() << "'";
  return success();
}

/// C3 and C4 of a task's instruction.
static LogicalResult verifyTaskOp(Operation *op) {
  unsigned depth = pe::getLoopDepth(op);
  auto checkExpr = [&](AffineExpr expr) -> LogicalResult {
    if (unsigned used = machine::getNumIndicesUsed(expr); used > depth) // C4
      return op->emitOpError("names index i")
             << used - 1 << " but only " << depth << " are defined here";
    return success();
  };
  auto checkOperand = [&](Attribute operand) -> LogicalResult {
    if (isa<pe::QueueAttr>(operand)) // C3
      return op->emitOpError("requires streams, not queues, inside a task");
    auto mem = dyn_cast<pe::MemAttr>(operand);
    return mem ? checkExpr(mem.getOffset()) : success();
  };
  if (auto loop = dyn_cast<pe::LoopOp>(op))
    return checkExpr(loop.getCount().getValue());
  if (auto control = dyn_cast<pe::ControlOp>(op))
    return checkOperand(control.getDestination());
  auto vector = dyn_cast<pe::VectorOp>(op);
  if (!vector)
    return success();
  for (auto extent : vector.getExtentsAttr().getAsRange<machine::ExprAttr>())
    if (failed(checkExpr(extent.getValue())))
      return failure();
  for (Attribute source : vector.getSourcesAttr())
    if (failed(checkOperand(source)))
      return failure();
  return checkOperand(vector.getDestination());
}

LogicalResult TaskOp::verifyRegions() {
  auto program = cast<ProgramOp>((*this)->getParentOp());
  bool found =
      llvm::any_of(program.getBody().getOps<KernelOp>(), [&](KernelOp kernel) {
        return kernel.getSymName() == getKernel();
      });
  if (!found) // C1
    return emitOpError("names no kernel ") << getKernelAttr();
  WalkResult result = getBody().walk([&](Operation *op) -> WalkResult {
    if (!isa<pe::VectorOp, pe::ControlOp, pe::LoopOp, pe::AsyncOp, pe::AwaitOp>(
            op)) // C2
      return op->emitOpError("must not stand in a task");
    return verifyTaskOp(op);
  });
  return failure(result.wasInterrupted());
}

LogicalResult mesh::RouteOp::verify() {
  if (static_cast<int64_t>(getColour()) < 0 ||
      static_cast<int64_t>(getEpoch()) < 0) // C1
    return emitOpError("colour and epoch must not be negative");
  if (getPositions().empty()) // C2
    return emitOpError("requires a position");
  return success();
}

LogicalResult QueueOp::verify() {
  if (!isa<pe::QueueAttr>(getQueue())) // C2
    return emitOpError("requires in(n) or out(n)");
  if (static_cast<int64_t>(getColour()) < 0 ||
      static_cast<int64_t>(getEpoch()) < 0) // C1
    return emitOpError("colour and epoch must not be negative");
  return success();
}

LogicalResult mesh::BarrierOp::verify() {
  if (static_cast<int64_t>(getEpoch()) < 1) // C1
    return emitOpError("epoch must be at least 1");
  return success();
}
