//===- Load.cpp - decodes a pe.module ---------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In: a verified pe.module. Out: a LoadedModule. Steps: the machine's numbers;
// host tensors; routes; feeds; then each program, op by op in order, structured
// ops as pairs of instructions around their bodies. Refused here: streams,
// expressions that are not quasi-affine, programs with different barriers, a
// route or barrier of an epoch out of range.
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Machine/HostMemory.h"
#include "wafer/Executor/Machine/Program.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;
using llvm::Error;
using llvm::Expected;

/// Epochs beyond this are surely a mistake, and tables are sized by it.
static constexpr int64_t kMaxEpochs = 4096;

std::string exec::describe(Operation *op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  OpPrintingFlags flags;
  flags.skipRegions().elideLargeElementsAttrs().useLocalScope();
  op->print(os, flags);
  Location loc = op->getLoc();
  if (!isa<UnknownLoc>(loc))
    os << " at " << loc;
  return text;
}

static Error errorAt(Operation *op, const Twine &message) {
  return llvm::createStringError(message + ": " + describe(op));
}

static Elem elemOf(Type type) {
  return type.isF16() ? Elem::F16 : type.isF32() ? Elem::F32 : Elem::I32;
}

static StringRef nameOf(Elem type) {
  return type == Elem::F16 ? "f16" : type == Elem::F32 ? "f32" : "i32";
}

static Expected<Expr> compileExpr(Operation *op, AffineExpr expr) {
  if (std::optional<Expr> compiled = Expr::compile(expr))
    return std::move(*compiled);
  return errorAt(op, "'" + machine::toString(expr) + "' is not quasi-affine");
}

static Expected<Expr> compileExpr(Operation *op, machine::ExprAttr expr) {
  return compileExpr(op, expr.getValue());
}

static Expected<Nest> compileNest(Operation *op, machine::ExprAttr index,
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
  return nest;
}

static pe::HostOp findHost(Operation *from, FlatSymbolRefAttr name) {
  for (Operation *scope = from->getParentOp(); scope;
       scope = scope->getParentOp())
    if (scope->hasTrait<OpTrait::SymbolTable>())
      if (auto host = dyn_cast_or_null<pe::HostOp>(
              SymbolTable::lookupSymbolIn(scope, name.getAttr())))
        return host;
  return {};
}

static MachineNumbers readMachine(machine::DescAttr desc) {
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

namespace {
/// Decodes one program.
struct ProgramLoader {
  Program &program;
  machine::DescAttr desc;
  llvm::DenseMap<StringAttr, pe::BufferOp> buffers;

  ProgramLoader(Program &program, machine::DescAttr desc)
      : program(program), desc(desc) {}

  Error load() {
    program.region = program.op.getOn().getRegion();
    program.memoryBegin = desc.getSramBytes();
    for (auto buffer : program.op.getBody().getOps<pe::BufferOp>()) {
      buffers[buffer.getSymNameAttr()] = buffer;
      int64_t begin = *buffer.getOffset(),
              end = begin + buffer.getSizeInBytes();
      program.memoryBegin = std::min(program.memoryBegin, begin & ~int64_t(3));
      program.memoryEnd = std::max(program.memoryEnd, (end + 3) & ~int64_t(3));
      program.sramBytes = std::max(program.sramBytes, end);
    }
    program.memoryBegin = std::min(program.memoryBegin, program.memoryEnd);
    if (Error error = loadBlock(program.op.getBody().front(), 0))
      return error;
    emit(Instruction::Kind::EndThread, program.op);
    return Error::success();
  }

  Instruction &emit(Instruction::Kind kind, Operation *op) {
    program.code.emplace_back().kind = kind;
    program.code.back().op = op;
    return program.code.back();
  }

  Error loadBlock(Block &block, unsigned depth) {
    for (Operation &op : block)
      if (Error error = loadOp(op, depth))
        return error;
    return Error::success();
  }

  Error loadOp(Operation &op, unsigned depth) {
    if (isa<pe::BufferOp>(op))
      return Error::success();
    if (auto vector = dyn_cast<pe::VectorOp>(op))
      return loadVector(vector);
    if (auto copy = dyn_cast<pe::LoadOp>(op))
      return loadCopy(copy, copy.getOnce());
    if (auto copy = dyn_cast<pe::StoreOp>(op))
      return loadCopy(copy, false);
    if (auto loop = dyn_cast<pe::LoopOp>(op))
      return loadLoop(loop, depth);
    if (auto async = dyn_cast<pe::AsyncOp>(op))
      return loadAsync(async, depth);
    if (auto bind = dyn_cast<pe::BindOp>(op)) {
      if (static_cast<int64_t>(bind.getColour()) >= desc.getUsableColours())
        return errorAt(&op, "the machine has no such colour");
      Instruction &instruction = emit(Instruction::Kind::Bind, &op);
      instruction.isInput = bind.getQueue().getIsInput();
      instruction.destination.queue = bind.getQueue().getIndex();
      instruction.colour = bind.getColour();
      return Error::success();
    }
    if (auto await = dyn_cast<pe::AwaitOp>(op)) {
      Instruction &instruction = emit(Instruction::Kind::Await, &op);
      for (int64_t thread : await.getThreads())
        instruction.threads |= uint64_t(1) << thread;
      return Error::success();
    }
    if (auto barrier = dyn_cast<pe::BarrierOp>(op)) {
      if (static_cast<int64_t>(barrier.getEpoch()) > kMaxEpochs)
        return errorAt(&op, "too many epochs");
      emit(Instruction::Kind::Barrier, &op).epoch = barrier.getEpoch();
      return Error::success();
    }
    if (auto control = dyn_cast<pe::ControlOp>(op))
      return loadControl(control);
    return errorAt(&op, "cannot be executed");
  }

  Error loadControl(pe::ControlOp control) {
    auto queue = dyn_cast<pe::QueueAttr>(control.getDestination());
    if (!queue || control.getCommands().size() > kMaxCommands)
      return errorAt(control, "requires a queue and at most 14 commands");
    Instruction &instruction = emit(Instruction::Kind::Control, control);
    instruction.destination.kind = Operand::Kind::Queue;
    instruction.destination.queue = queue.getIndex();
    instruction.usesFabric = true;
    uint64_t commands = 0;
    for (auto [i, command] :
         llvm::enumerate(control.getCommands().getAsRange<pe::CommandAttr>()))
      commands |= static_cast<uint64_t>(command.getValue()) << 2 * i;
    instruction.commands =
        encodeCommands(control.getCommands().size(), commands);
    instruction.extents.fill(Expr(1));
    return Error::success();
  }

  Error loadLoop(pe::LoopOp loop, unsigned depth) {
    Expected<Expr> count = compileExpr(loop, loop.getCountAttr());
    if (!count)
      return count.takeError();
    size_t begin = program.code.size();
    Instruction &head = emit(Instruction::Kind::Loop, loop);
    head.count = std::move(*count);
    head.depth = depth;
    if (Error error = loadBlock(loop.getBody().front(), depth + 1))
      return error;
    Instruction &tail = emit(Instruction::Kind::EndLoop, loop);
    tail.depth = depth;
    tail.target = begin + 1;
    program.code[begin].target = program.code.size();
    return Error::success();
  }

  Error loadAsync(pe::AsyncOp async, unsigned depth) {
    size_t begin = program.code.size();
    emit(Instruction::Kind::Async, async).thread = async.getThread();
    if (Error error = loadBlock(async.getBody().front(), depth))
      return error;
    emit(Instruction::Kind::EndThread, async);
    program.code[begin].target = program.code.size();
    return Error::success();
  }

  Error loadMemory(Operation *op, pe::MemAttr mem, Operand &operand) {
    pe::BufferOp buffer = buffers.lookup(mem.getBuffer().getAttr());
    if (!buffer)
      return errorAt(op, "names no buffer");
    operand.kind = Operand::Kind::Memory;
    operand.type = elemOf(buffer.getType());
    operand.address = *buffer.getOffset();
    operand.size = buffer.getSize();
    operand.buffer = buffer.getSymName();
    Expected<Expr> offset = compileExpr(op, mem.getOffset());
    if (!offset)
      return offset.takeError();
    operand.offset = std::move(*offset);
    return Error::success();
  }

  Error loadOperand(Operation *op, Attribute attr, Elem type,
                    Operand &operand) {
    operand.type = type;
    if (auto mem = dyn_cast<pe::MemAttr>(attr)) {
      size_t pad = 4 - mem.getStrides().size();
      llvm::copy(mem.getStrides(), operand.strides.begin() + pad);
      return loadMemory(op, mem, operand);
    }
    if (auto queue = dyn_cast<pe::QueueAttr>(attr)) {
      operand.kind = Operand::Kind::Queue;
      operand.queue = queue.getIndex();
    } else if (auto imm = dyn_cast<pe::ImmAttr>(attr)) {
      operand.kind = Operand::Kind::Scalar;
      if (auto number = dyn_cast<FloatAttr>(imm.getValue()))
        operand.bits = number.getValue().bitcastToAPInt().getZExtValue();
      else
        operand.bits = static_cast<uint32_t>(
            cast<IntegerAttr>(imm.getValue()).getValue().getSExtValue());
    } else if (isa<pe::DiscardAttr>(attr)) {
      operand.kind = Operand::Kind::Discard;
    } else {
      return errorAt(op, "a stream has no queue yet");
    }
    return Error::success();
  }

  Error loadVector(pe::VectorOp op) {
    Instruction &instruction = emit(Instruction::Kind::Vector, op);
    instruction.opcode = op.getOpcode();
    instruction.type = elemOf(op.getElementType());
    instruction.from = elemOf(op.getSourceType());
    instruction.numSources = op.getSourcesAttr().size();
    instruction.fn =
        getElementFn(instruction.opcode, instruction.type, instruction.from);
    instruction.stridedFn =
        getStridedFn(instruction.opcode, instruction.type, instruction.from);
    if (!instruction.fn || instruction.numSources > 2)
      return errorAt(op, "has no such operation");
    instruction.extents.fill(Expr(1));
    ArrayAttr extents = op.getExtentsAttr();
    for (unsigned i = 0; i < extents.size(); ++i) {
      Expected<Expr> extent = compileExpr(op, pe::extentAt(extents, i));
      if (!extent)
        return extent.takeError();
      instruction.extents[4 - extents.size() + i] = std::move(*extent);
    }
    if (Error error = loadOperand(op, op.getDestination(), instruction.type,
                                  instruction.destination))
      return error;
    instruction.usesFabric =
        instruction.destination.kind == Operand::Kind::Queue;
    for (unsigned i = 0; i < instruction.numSources; ++i) {
      if (Error error = loadOperand(op, op.getSourcesAttr()[i],
                                    instruction.from, instruction.sources[i]))
        return error;
      instruction.usesFabric |=
          instruction.sources[i].kind == Operand::Kind::Queue;
    }
    if (!instruction.usesFabric)
      instruction.rate = getRate(instruction);
    return Error::success();
  }

  /// E50.
  int64_t getRate(const Instruction &instruction) {
    return desc.getRate(pe::stringifyOpcode(instruction.opcode),
                        nameOf(instruction.type), nameOf(instruction.from));
  }

  template <typename CopyT> Error loadCopy(CopyT op, bool once) {
    HostCopy copy;
    copy.op = op;
    copy.isStore = std::is_same_v<CopyT, pe::StoreOp>;
    copy.once = once;
    copy.host = findHost(op, op.getHostAttr());
    if (!copy.host)
      return errorAt(op, "names no host tensor");
    Expected<Nest> nest = compileNest(op, op.getIndex(), op.getExtents());
    if (!nest)
      return nest.takeError();
    copy.nest = std::move(*nest);
    llvm::append_range(copy.strides, op.getMem().getStrides());
    if (Error error = loadMemory(op, op.getMem(), copy.memory))
      return error;
    program.copies.push_back(std::move(copy));
    return Error::success();
  }
};
} // namespace

static Error loadFeed(pe::FeedOp op, LoadedModule &module) {
  if (!op.getColour())
    return errorAt(op, "a stream has no colour yet");
  if (static_cast<int64_t>(*op.getColour()) >=
      module.op.getMachine().getUsableColours())
    return errorAt(op, "the machine has no such colour");
  Expected<Nest> nest = compileNest(op, op.getIndex(), op.getExtents());
  if (!nest)
    return nest.takeError();
  pe::HostOp host = findHost(op, op.getHostAttr());
  if (!host)
    return errorAt(op, "names no host tensor");
  Direction side = op.getSide() == "west" ? Direction::West : Direction::East;
  module.feeds.push_back({op, host, side, op.getOn().getRegion(),
                          static_cast<unsigned>(*op.getColour()),
                          std::move(*nest)});
  return Error::success();
}

static Error loadRoute(pe::RouteOp op, LoadedModule &module) {
  if (static_cast<int64_t>(op.getEpoch()) > kMaxEpochs)
    return errorAt(op, "too many epochs");
  Route &route = module.routes.emplace_back();
  route.op = op;
  route.colour = op.getColour();
  route.epoch = op.getEpoch();
  route.region = op.getOn().getRegion();
  route.wraps = op.getWrap();
  for (auto hop : op.getPositions().getAsRange<machine::HopAttr>())
    route.positions.push_back(
        {hop.getInput(), DirectionSet::fromBits(hop.getOutputs())});
  module.numEpochs = std::max(module.numEpochs, route.epoch + 1);
  return Error::success();
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
      return llvm::createStringError(
          "programs @" + module.programs.front().op.getSymName() + " and @" +
          program.op.getSymName() + " have different barriers");
  }
  return Error::success();
}

Expected<LoadedModule> exec::loadModule(pe::ModuleOp op) {
  LoadedModule module;
  module.op = op;
  module.machine = readMachine(op.getMachine());
  module.launches = op.getLaunches();
  std::optional<StridedRect> box;
  for (Operation &member : op.getBody().getOps()) {
    if (auto route = dyn_cast<pe::RouteOp>(member)) {
      if (Error error = loadRoute(route, module))
        return std::move(error);
    } else if (auto feed = dyn_cast<pe::FeedOp>(member)) {
      if (Error error = loadFeed(feed, module))
        return std::move(error);
    } else if (auto program = dyn_cast<pe::ProgramOp>(member)) {
      module.programs.emplace_back().op = program;
      if (Error error =
              ProgramLoader(module.programs.back(), op.getMachine()).load())
        return std::move(error);
      StridedRect r = module.programs.back().region.boundingBox();
      if (box)
        r = {StridedRange(std::min(r.x.begin, box->x.begin),
                          std::max(r.x.end, box->x.end)),
             StridedRange(std::min(r.y.begin, box->y.begin),
                          std::max(r.y.end, box->y.end))};
      box = r;
    }
  }
  if (box)
    module.span = box->x.size() + box->y.size();
  if (Error error = checkBarriers(module))
    return std::move(error);
  return module;
}

int64_t LoadedModule::getPortRate(Direction side, Point p) const {
  for (auto ports : pe::ModuleOp(op)
                        .getMachine()
                        .getPorts()
                        .getAsRange<machine::PortsAttr>()) {
    StridedRange rows(ports.getFirst(),
                      ports.getFirst() +
                          (ports.getCount() - 1) * ports.getStep() + 1,
                      ports.getStep());
    if (ports.getSide().getValue() == stringifyDirection(side) &&
        rows.contains(p.y))
      return ports.getWaveletsPerKcycle();
  }
  return 0;
}
