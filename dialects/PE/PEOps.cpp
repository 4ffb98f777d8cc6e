//===- PEOps.cpp - verifiers of the pe dialect -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/PE/PEText.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::pe;

#define GET_OP_CLASSES
#include "dialects/PE/PEOps.cpp.inc"

static bool isElementType(Type type) {
  return type.isF32() || type.isF16() || type.isInteger(32);
}

unsigned pe::getLoopDepth(Operation *op) {
  unsigned depth = 0;
  for (auto loop = op->getParentOfType<LoopOp>(); loop;
       loop = loop->getParentOfType<LoopOp>())
    ++depth;
  return depth;
}

//===----------------------------------------------------------------------===//
// Vector instructions
//===----------------------------------------------------------------------===//

static LogicalResult verifyOperand(VectorOp op, Attribute operand, Type type,
                                   bool isDestination, size_t rank) {
  if (auto mem = dyn_cast<MemAttr>(operand)) {
    if (mem.getStrides().size() != rank) // C2
      return op.emitOpError("requires as many strides as extents (")
             << rank << "), found " << mem.getStrides().size() << " for "
             << mem.getBuffer();
    return success();
  }
  if (isa<QueueAttr, StreamAttr>(operand)) {
    if (auto queue = dyn_cast<QueueAttr>(operand);
        queue && queue.getIsInput() == isDestination) // C3
      return op.emitOpError("requires an ")
             << (isDestination ? "output" : "input") << " queue as "
             << (isDestination ? "destination" : "source");
    if (type.getIntOrFloatBitWidth() != 32) // C5
      return op.emitOpError("requires 32-bit elements on the fabric, found ")
             << type;
    return success();
  }
  if (isDestination ? isa<DiscardAttr>(operand) : isa<ImmAttr>(operand)) {
    auto imm = dyn_cast<ImmAttr>(operand);
    if (imm && imm.getValue().getType() != type) // C4
      return op.emitOpError("requires a scalar of type ")
             << type << ", found " << imm.getValue().getType();
    return success();
  }
  return op.emitOpError(
      isDestination ? "destination must be mem, queue, stream or discard" // C3
                    : "source must be mem, queue, stream or imm");
}

LogicalResult pe::verifyVectorOp(VectorOp op, unsigned numSources) {
  ArrayAttr sources = op.getSourcesAttr(), extents = op.getExtentsAttr();
  if (sources.size() != numSources) // C1
    return op.emitOpError("requires ")
           << numSources << " source(s), found " << sources.size();
  if (extents.size() > 4 || !llvm::all_of(extents, [](Attribute e) {
        return isa<machine::ExprAttr>(e);
      })) // C2
    return op.emitOpError("requires at most 4 extents, found ")
           << extents.size();
  Type type = op.getElementType(), from = op.getSourceType();
  if (!isElementType(type) || !isElementType(from)) // C4
    return op.emitOpError("requires elements of f32, f16 or i32, found ")
           << (isElementType(type) ? from : type);
  bool sameWidth = type.getIntOrFloatBitWidth() == from.getIntOrFloatBitWidth();
  bool mixed = op.getOpcode() == Opcode::Convert ||
               (op.getOpcode() == Opcode::Move && sameWidth) ||
               (op.getOpcode() == Opcode::Mac && type.isF32() && from.isF16());
  if (type != from && !mixed) // C4
    return op.emitOpError("must not change the type from ")
           << from << " to " << type;
  if (op.getOpcode() == Opcode::Mac && !isa<MemAttr>(op.getDestination())) // C6
    return op.emitOpError("requires a memory destination");
  if (failed(verifyOperand(op, op.getDestination(), type,
                           /*isDestination=*/true, extents.size())))
    return failure();
  for (Attribute source : sources)
    if (failed(verifyOperand(op, source, from, /*isDestination=*/false,
                             extents.size())))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Buffers and host tensors
//===----------------------------------------------------------------------===//

int64_t BufferOp::getSizeInBytes() {
  return getSize() * (getType().getIntOrFloatBitWidth() / 8);
}

LogicalResult BufferOp::verify() {
  if (!isElementType(getType())) // C3
    return emitOpError("requires elements of f32, f16 or i32, found ")
           << getType();
  if (static_cast<int64_t>(getSize()) < 1 || getSize() > (1u << 30)) // C1
    return emitOpError("size must be at least 1 and at most 2^30, found ")
           << static_cast<int64_t>(getSize());
  if (getOffset() &&
      (static_cast<int64_t>(*getOffset()) < 0 || *getOffset() % 4 != 0)) // C2
    return emitOpError("offset must be a multiple of 4 bytes, found ")
           << static_cast<int64_t>(*getOffset());
  bool inProgram = isa_and_nonnull<ProgramOp>((*this)->getParentOp());
  if (inProgram == getOn().has_value()) // C4
    return emitOpError(inProgram ? "must not name a region inside a program"
                                 : "requires a region");
  return success();
}

/// The host tensor that `symbol` names in a symbol table around `op`, or null.
static HostOp lookupHost(Operation *op, FlatSymbolRefAttr symbol) {
  HostOp host;
  while (!host && (op = op->getParentOp()))
    host = SymbolTable::lookupNearestSymbolFrom<HostOp>(op, symbol);
  return host;
}

/// C3 of a host tensor.
static LogicalResult verifyGathered(HostOp op, RankedTensorType type) {
  auto gather = dyn_cast<GatherAttr>(*op.getValue());
  if (!gather) // C1
    return op.emitOpError("gathered requires a #pe.gather, found ")
           << *op.getValue();
  HostOp table = lookupHost(op, gather.getTable()),
         indices = lookupHost(op, gather.getIndices());
  for (auto [host, symbol] :
       {std::pair{table, gather.getTable()}, {indices, gather.getIndices()}})
    if (!host || (host.getKind() != HostKind::Input &&
                  host.getKind() != HostKind::Constant))
      return op.emitOpError("requires an input or constant to gather from or "
                            "by, found ")
             << symbol;
  auto rows = dyn_cast<RankedTensorType>(table.getType()),
       picks = dyn_cast<RankedTensorType>(indices.getType());
  if (!rows || !picks || rows.getRank() == 0 ||
      !(picks.getElementType().isInteger(32) ||
        picks.getElementType().isInteger(64)))
    return op.emitOpError("requires rows and indices of i32 or i64, found ")
           << table.getType() << " and " << indices.getType();
  ArrayRef<int64_t> row = rows.getShape().drop_front();
  if (type.getElementType() != rows.getElementType() ||
      type.getShape().take_back(row.size()) != row ||
      type.getNumElements() !=
          picks.getNumElements() * ShapedType::getNumElements(row))
    return op.emitOpError("has type ")
           << type << ", which does not hold the rows of " << rows << " that "
           << picks << " picks";
  return success();
}

LogicalResult HostOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || !type.hasStaticShape()) // C2
    return emitOpError("requires a static tensor type, found ") << getType();
  if ((getKind() == HostKind::Constant || getKind() == HostKind::Gathered) !=
      getValue().has_value()) // C1
    return emitOpError(getValue() ? "only a constant has a value"
                                  : "a constant requires a value");
  if (auto elements =
          dyn_cast_or_null<ElementsAttr>(getValue().value_or(Attribute())))
    if (elements.getShapedType() != getType()) // C2
      return emitOpError("value has type ")
             << elements.getShapedType() << ", expected " << getType();
  return getKind() == HostKind::Gathered ? verifyGathered(*this, type)
                                         : success();
}

/// The type of a host tensor's elements; null if it is no tensor, which its own
/// verifier reports.
static Type elementTypeOf(HostOp host) {
  auto type = dyn_cast<RankedTensorType>(host.getType());
  return type ? type.getElementType() : Type();
}

/// An extent names indices of the extents before it, `index` those of all.
static LogicalResult verifyNest(Operation *op, ArrayAttr extents,
                                machine::ExprAttr index) {
  if (extents.size() > kMaxNest)
    return op->emitOpError("requires at most ")
           << kMaxNest << " extents, found " << extents.size();
  for (unsigned i = 0; i <= extents.size(); ++i) {
    AffineExpr expr =
        i < extents.size() ? extentAt(extents, i) : index.getValue();
    if (unsigned used = machine::getNumIndicesUsed(expr); used > i)
      return op->emitOpError("names index i")
             << used - 1 << " but only " << i << " are defined here";
  }
  return success();
}

template <typename CopyT> static LogicalResult verifyCopy(CopyT op) {
  MemAttr mem = op.getMem();
  if (mem.getStrides().size() != op.getExtents().size()) // C1
    return op.emitOpError("requires as many strides as extents (")
           << op.getExtents().size() << "), found " << mem.getStrides().size();
  bool inProgram = isa_and_nonnull<ProgramOp>(op->getParentOp());
  if (inProgram == op.getOn().has_value()) // C3
    return op.emitOpError(inProgram ? "must not name a region inside a program"
                                    : "requires a region");
  HostOp host = lookupHost(op, op.getHostAttr());
  if (!host) // C2
    return op.emitOpError("names no host tensor ") << op.getHostAttr();
  auto buffer =
      SymbolTable::lookupNearestSymbolFrom<BufferOp>(op, mem.getBuffer());
  if (!buffer) // C2
    return op.emitOpError("names no buffer ") << mem.getBuffer();
  if (Type type = elementTypeOf(host); type != buffer.getType()) // C2
    return op.emitOpError("copies between ")
           << type << " and " << buffer.getType();
  if (machine::getNumIndicesUsed(mem.getOffset()) > 0) // C4
    return op.emitOpError("offset of ")
           << mem.getBuffer() << " must not name indices";
  return verifyNest(op, op.getExtents(), op.getIndex()); // C1 C4
}

LogicalResult LoadOp::verify() { return verifyCopy(*this); }

LogicalResult StoreOp::verify() {
  if (getOnce()) // C5
    return emitOpError("must not be marked once");
  return verifyCopy(*this);
}

LogicalResult FeedOp::verify() {
  if (getColour().has_value() == getStream().has_value()) // C1
    return emitOpError("requires a colour or a stream, and not both");
  if (getSide() != "west" && getSide() != "east") // C3
    return emitOpError("side is west or east, found '") << getSide() << "'";
  if (getColour() && static_cast<int64_t>(*getColour()) < 0)
    return emitOpError("colour must not be negative");
  HostOp host = lookupHost(*this, getHostAttr());
  if (!host) // C2
    return emitOpError("names no host tensor ") << getHostAttr();
  Type type = elementTypeOf(host);
  if (!type || !type.isIntOrFloat() || type.getIntOrFloatBitWidth() != 32) // C2
    return emitOpError("requires 32-bit elements, found ") << type;
  return verifyNest(*this, getExtents(), getIndex()); // C4
}

//===----------------------------------------------------------------------===//
// Fabric and control
//===----------------------------------------------------------------------===//

LogicalResult RouteOp::verify() {
  if (getPositions().empty()) // C1
    return emitOpError("requires a position");
  if (static_cast<int64_t>(getColour()) < 0 ||
      static_cast<int64_t>(getEpoch()) < 0) // C2
    return emitOpError("colour and epoch must not be negative");
  return success();
}

LogicalResult BindOp::verify() {
  if (static_cast<int64_t>(getColour()) < 0)
    return emitOpError("colour must not be negative");
  return success();
}

LogicalResult ControlOp::verify() {
  auto queue = dyn_cast<QueueAttr>(getDestination());
  if (!isa<StreamAttr>(getDestination()) &&
      !(queue && !queue.getIsInput())) // C1
    return emitOpError("requires an output queue or a stream");
  if (getCommands().empty()) // C2
    return emitOpError("requires a command");
  return success();
}

LogicalResult LoopOp::verify() {
  if (getLoopDepth(*this) >= machine::kMaxIndices) // C1
    return emitOpError("requires at most ")
           << machine::kMaxIndices << " nested loops";
  return success();
}

LogicalResult AsyncOp::verify() {
  if (static_cast<int64_t>(getThread()) < 0) // C2
    return emitOpError("microthread must not be negative");
  WalkResult result = getBody().walk([&](Operation *op) {
    if (isa<VectorOp, ControlOp, LoopOp>(op)) // C1
      return WalkResult::advance();
    op->emitOpError("must not stand in an asynchronous block");
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

LogicalResult AwaitOp::verify() {
  for (int64_t thread : getThreads())
    if (thread < 0) // C1
      return emitOpError("microthread must not be negative, found ") << thread;
  return success();
}

LogicalResult SectionOp::verify() {
  if (getName().empty()) // C1
    return emitOpError("name must not be empty");
  for (auto other :
       cast<ProgramOp>((*this)->getParentOp()).getBody().getOps<SectionOp>()) {
    if (other == *this)
      break;
    if (other.getName() == getName())
      return emitOpError("\"") << getName() << "\" began before";
  }
  return success();
}

LogicalResult BarrierOp::verify() {
  if (static_cast<int64_t>(getEpoch()) < 1) // C1
    return emitOpError("epoch must be at least 1");
  return success();
}
