//===- AllocateMemory.cpp - offsets in SRAM for buffers ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  wafer.program with pe.buffer, pe.load, pe.store and tasks.
// Out: an offset on every pe.buffer.
//
// 1. Kernels, in the order of their first tasks, are the points in time 0, 1, …
//    The tasks of one kernel count as one point. Time -1 is before the first
//    kernel, when loads happen; behind the last kernel stores happen.
// 2. A buffer lives from its first to its last kernel; from -1 if it is loaded;
//    to the end if it is stored; all the time if a load marked `once` has to
//    last for several launches. A buffer that nothing uses lives all the time,
//    too: whoever wrote it wants the bytes.
// 3. MemoryAllocator places them; offsets written by hand are fixed.
//
// Rejected: hand-written offsets that overlap or leave SRAM; too many bytes at
// a PE, with the PEs, the shortfall and the three largest buffers that live
// there.
//
//   pe.buffer @x : f32 x 96 on [0:4, 0:4]
//   -> pe.buffer @x : f32 x 96 on [0:4, 0:4] at 6144
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Builders.h"
#include "wafer/Allocate/MemoryAllocator.h"
#include "wafer/Allocate/Passes.h"

#define DEBUG_TYPE "wafer-allocate-memory"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_ALLOCATEMEMORY
#include "wafer/Allocate/Passes.h.inc"

namespace {

/// Buffers named in the note of a failure.
constexpr size_t kMaxNamed = 3;
/// SRAM offsets are word addresses (pe.buffer C2).
constexpr int64_t kAlignmentInBytes = 4;
/// When loads happen.
constexpr int64_t kBeforeKernels = -1;

class ProgramAllocator {
public:
  explicit ProgramAllocator(mesh::ProgramOp program) : program(program) {}
  LogicalResult run();

private:
  void collectBuffers();
  void collectUses();
  void useAt(Attribute operand, int64_t time);
  void use(FlatSymbolRefAttr buffer, int64_t first, int64_t last);
  LogicalResult report(const MemoryFailure &failure);

  mesh::ProgramOp program;
  SmallVector<pe::BufferOp> buffers;
  llvm::DenseMap<StringAttr, unsigned> indexOf;
  /// Lives; a buffer that was not used yet has none.
  SmallVector<std::optional<std::pair<int64_t, int64_t>>> lives;
  int64_t afterKernels = 0;
  MemoryProblem problem;
};

void ProgramAllocator::collectBuffers() {
  for (auto buffer : program.getBody().getOps<pe::BufferOp>()) {
    indexOf[buffer.getSymNameAttr()] = buffers.size();
    buffers.push_back(buffer);
    lives.push_back(std::nullopt);
  }
}

void ProgramAllocator::use(FlatSymbolRefAttr buffer, int64_t first,
                           int64_t last) {
  auto it = indexOf.find(buffer.getAttr());
  if (it == indexOf.end())
    return;
  auto &life = lives[it->second];
  life = life ? std::pair(std::min(life->first, first),
                          std::max(life->second, last))
              : std::pair(first, last);
}

void ProgramAllocator::useAt(Attribute operand, int64_t time) {
  if (auto mem = dyn_cast<pe::MemAttr>(operand))
    use(mem.getBuffer(), time, time);
}

void ProgramAllocator::collectUses() {
  llvm::DenseMap<StringAttr, int64_t> kernels;
  for (auto task : program.getBody().getOps<mesh::TaskOp>()) {
    int64_t next = kernels.size();
    int64_t time =
        kernels.try_emplace(task.getKernelAttr().getAttr(), next).first->second;
    task.getBody().walk([&](pe::VectorOp op) {
      useAt(op.getDestination(), time);
      for (Attribute source : op.getSourcesAttr())
        useAt(source, time);
    });
  }
  afterKernels = kernels.size();
  for (auto load : program.getBody().getOps<pe::LoadOp>()) {
    bool isKept = load.getOnce() && program.getLaunches() > 1;
    use(load.getMem().getBuffer(), kBeforeKernels,
        isKept ? afterKernels : kBeforeKernels);
  }
  for (auto store : program.getBody().getOps<pe::StoreOp>())
    use(store.getMem().getBuffer(), afterKernels, afterKernels);
}

LogicalResult ProgramAllocator::report(const MemoryFailure &failure) {
  if (failure.buffers.empty())
    return mlir::emitError(program.getLoc(), "cannot place the buffers of @")
           << program.getSymName() << ": " << failure.message;
  InFlightDiagnostic diagnostic = buffers[failure.buffers.front()].emitError(
                                      "cannot place the buffers of @")
                                  << program.getSymName() << ": "
                                  << failure.message;
  for (unsigned index :
       ArrayRef<unsigned>(failure.buffers).take_front(kMaxNamed))
    diagnostic.attachNote(buffers[index].getLoc())
        << "buffer @" << buffers[index].getSymName() << " takes "
        << buffers[index].getSizeInBytes() << " bytes there";
  return diagnostic;
}

LogicalResult ProgramAllocator::run() {
  collectBuffers();
  collectUses();
  problem.begin = program.getMachine().getReservedBytes();
  problem.end = program.getMachine().getSramBytes();
  problem.alignment = kAlignmentInBytes;
  for (auto [buffer, life] : llvm::zip(buffers, lives)) {
    auto [first, last] = life.value_or(std::pair(kBeforeKernels, afterKernels));
    MemoryBuffer entry{buffer.getSymName().str(),
                       buffer.getSizeInBytes(),
                       buffer.getOn()->getRegion(),
                       first,
                       last,
                       std::nullopt};
    if (buffer.getOffset())
      entry.fixedOffset = *buffer.getOffset();
    problem.buffers.push_back(std::move(entry));
  }
  MemoryAnswer answer;
  MemoryFailure failure;
  if (!allocate(problem, answer, failure))
    return report(failure);
  Builder builder(program.getContext());
  for (auto [buffer, offset] : llvm::zip(buffers, answer.offsets))
    buffer.setOffsetAttr(builder.getI64IntegerAttr(offset));
  return success();
}

struct AllocateMemory : impl::AllocateMemoryBase<AllocateMemory> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<mesh::ProgramOp>())
      if (failed(ProgramAllocator(program).run()))
        return signalPassFailure();
  }
};

} // namespace
} // namespace wafer
