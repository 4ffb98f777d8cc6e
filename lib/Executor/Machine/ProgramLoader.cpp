//===- ProgramLoader.cpp - decodes the code of a class of PEs ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Op by op in order; structured ops become pairs of instructions around their
// bodies.
//
//===----------------------------------------------------------------------===//

#include "Decode.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;
using llvm::Error;
using llvm::Expected;

void ProgramLoader::addBuffer(pe::BufferOp buffer, int64_t address) {
  if (buffers.empty())
    program.memoryBegin = address & ~int64_t(3);
  int64_t end = address + buffer.getSizeInBytes();
  buffers[buffer.getSymNameAttr()] = {buffer, address};
  program.memoryBegin = std::min(program.memoryBegin, address & ~int64_t(3));
  program.memoryEnd = std::max(program.memoryEnd, (end + 3) & ~int64_t(3));
  program.sramBytes = std::max(program.sramBytes, end);
}

Error ProgramLoader::addCopy(Operation *op) {
  if (auto load = dyn_cast<pe::LoadOp>(op))
    return loadCopy(load, load.getOnce());
  return loadCopy(cast<pe::StoreOp>(op), /*once=*/false);
}

void ProgramLoader::addBind(Operation *op, bool isInput, unsigned queue,
                            unsigned colour) {
  Instruction &instruction = emit(Instruction::Kind::Bind, op);
  instruction.isInput = isInput;
  instruction.destination.queue = queue;
  instruction.colour = colour;
}

Error ProgramLoader::addBarrier(Operation *op, int64_t epoch) {
  if (epoch > kMaxEpochs)
    return errorAt(op, "too many epochs");
  emit(Instruction::Kind::Barrier, op).epoch = epoch;
  return Error::success();
}

void ProgramLoader::addSection(llvm::StringRef name) {
  if (llvm::none_of(program.sections,
                    [&](const SectionMark &mark) { return mark.name == name; }))
    program.sections.push_back({program.code.size(), name});
}

Instruction &ProgramLoader::emit(Instruction::Kind kind, Operation *op) {
  program.code.emplace_back().kind = kind;
  program.code.back().op = op;
  return program.code.back();
}

Error ProgramLoader::loadBlock(Block &block, unsigned depth) {
  for (Operation &op : block)
    if (Error error = loadOp(op, depth))
      return error;
  return Error::success();
}

Error ProgramLoader::checkThread(Operation *op, int64_t thread) const {
  int64_t count = std::min<int64_t>(desc.getMicrothreads(), 64);
  if (thread < count)
    return Error::success();
  return errorAt(op, "names microthread " + Twine(thread) +
                         " but the machine has " + Twine(count));
}

Error ProgramLoader::loadOp(Operation &op, unsigned depth) {
  if (isa<pe::BufferOp>(op))
    return Error::success();
  if (auto section = dyn_cast<pe::SectionOp>(op)) {
    addSection(section.getName());
    return Error::success();
  }
  if (auto vector = dyn_cast<pe::VectorOp>(op))
    return loadVector(vector);
  if (isa<pe::LoadOp, pe::StoreOp>(op))
    return addCopy(&op);
  if (auto loop = dyn_cast<pe::LoopOp>(op))
    return loadLoop(loop, depth);
  if (auto async = dyn_cast<pe::AsyncOp>(op))
    return loadAsync(async, depth);
  if (auto bind = dyn_cast<pe::BindOp>(op)) {
    if (static_cast<int64_t>(bind.getColour()) >= desc.getUsableColours())
      return errorAt(&op, "the machine has no such colour");
    addBind(&op, bind.getQueue().getIsInput(), bind.getQueue().getIndex(),
            bind.getColour());
    return Error::success();
  }
  if (auto await = dyn_cast<pe::AwaitOp>(op)) {
    Instruction &instruction = emit(Instruction::Kind::Await, &op);
    for (int64_t thread : await.getThreads()) {
      if (Error error = checkThread(&op, thread))
        return error;
      instruction.threads |= uint64_t(1) << thread;
    }
    return Error::success();
  }
  if (auto barrier = dyn_cast<pe::BarrierOp>(op))
    return addBarrier(&op, barrier.getEpoch());
  if (auto control = dyn_cast<pe::ControlOp>(op))
    return loadControl(control);
  return errorAt(&op, "cannot be executed");
}

Error ProgramLoader::loadControl(pe::ControlOp control) {
  if (control.getCommands().size() > kMaxCommands)
    return errorAt(control, "requires at most 14 commands");
  Instruction &instruction = emit(Instruction::Kind::Control, control);
  if (Error error = loadFabric(control, control.getDestination(),
                               /*isInput=*/false, instruction.destination))
    return error;
  instruction.usesFabric = true;
  uint64_t commands = 0;
  for (auto [i, command] :
       llvm::enumerate(control.getCommands().getAsRange<pe::CommandAttr>()))
    commands |= static_cast<uint64_t>(command.getValue()) << 2 * i;
  instruction.commands = encodeCommands(control.getCommands().size(), commands);
  instruction.extents.fill(Expr(1));
  return Error::success();
}

Error ProgramLoader::loadLoop(pe::LoopOp loop, unsigned depth) {
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

Error ProgramLoader::loadAsync(pe::AsyncOp async, unsigned depth) {
  if (Error error = checkThread(async, async.getThread()))
    return error;
  size_t begin = program.code.size();
  emit(Instruction::Kind::Async, async).thread = async.getThread();
  if (Error error = loadBlock(async.getBody().front(), depth))
    return error;
  emit(Instruction::Kind::EndThread, async);
  program.code[begin].target = program.code.size();
  return Error::success();
}

Error ProgramLoader::loadMemory(Operation *op, pe::MemAttr mem,
                                Operand &operand) {
  auto placed = buffers.find(mem.getBuffer().getAttr());
  if (placed == buffers.end())
    return errorAt(op, "names no buffer that PE (" +
                           Twine(program.region.anyPoint().x) + "," +
                           Twine(program.region.anyPoint().y) + ") has");
  pe::BufferOp buffer = placed->second.op;
  operand.kind = Operand::Kind::Memory;
  operand.type = elemOf(buffer.getType());
  operand.address = placed->second.address;
  operand.size = buffer.getSize();
  operand.buffer = buffer.getSymName();
  Expected<Expr> offset = compileExpr(op, mem.getOffset());
  if (!offset)
    return offset.takeError();
  operand.offset = std::move(*offset);
  return Error::success();
}

Error ProgramLoader::loadFabric(Operation *op, Attribute attr, bool isInput,
                                Operand &operand) {
  operand.kind = Operand::Kind::Queue;
  if (auto queue = dyn_cast<pe::QueueAttr>(attr)) {
    operand.queue = queue.getIndex();
    return Error::success();
  }
  auto stream = dyn_cast<pe::StreamAttr>(attr);
  if (!stream)
    return errorAt(op, "requires a queue or a stream");
  if (!queueOf)
    return errorAt(op, "a stream has no queue yet");
  Expected<unsigned> queue = queueOf(op, stream.getName().getAttr(), isInput);
  if (!queue)
    return queue.takeError();
  operand.queue = *queue;
  return Error::success();
}

Error ProgramLoader::loadOperand(Operation *op, Attribute attr, Elem type,
                                 bool isSource, Operand &operand) {
  operand.type = type;
  if (auto mem = dyn_cast<pe::MemAttr>(attr)) {
    size_t pad = 4 - mem.getStrides().size();
    llvm::copy(mem.getStrides(), operand.strides.begin() + pad);
    if (Error error = loadMemory(op, mem, operand))
      return error;
    if (operand.type != type)
      return errorAt(op, "takes " + nameOf(type) + " from buffer @" +
                             operand.buffer + " of " + nameOf(operand.type));
    return Error::success();
  }
  if (auto imm = dyn_cast<pe::ImmAttr>(attr)) {
    operand.kind = Operand::Kind::Scalar;
    if (auto number = dyn_cast<FloatAttr>(imm.getValue()))
      operand.bits = number.getValue().bitcastToAPInt().getZExtValue();
    else
      operand.bits = static_cast<uint32_t>(
          cast<IntegerAttr>(imm.getValue()).getValue().getSExtValue());
    return Error::success();
  }
  if (isa<pe::DiscardAttr>(attr)) {
    operand.kind = Operand::Kind::Discard;
    return Error::success();
  }
  return loadFabric(op, attr, isSource, operand);
}

Error ProgramLoader::loadVector(pe::VectorOp op) {
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
                                /*isSource=*/false, instruction.destination))
    return error;
  instruction.usesFabric = instruction.destination.kind == Operand::Kind::Queue;
  for (unsigned i = 0; i < instruction.numSources; ++i) {
    if (Error error = loadOperand(op, op.getSourcesAttr()[i], instruction.from,
                                  /*isSource=*/true, instruction.sources[i]))
      return error;
    instruction.usesFabric |=
        instruction.sources[i].kind == Operand::Kind::Queue;
  }
  if (!instruction.usesFabric)
    instruction.rate = // E50
        desc.getRate(pe::stringifyOpcode(instruction.opcode),
                     nameOf(instruction.type), nameOf(instruction.from));
  return Error::success();
}

template <typename CopyT> Error ProgramLoader::loadCopy(CopyT op, bool once) {
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
