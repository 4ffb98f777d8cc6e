//===- Decode.h - parts of programs, decoded --------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_MACHINE_DECODE_H
#define WAFER_LIB_EXECUTOR_MACHINE_DECODE_H

#include "wafer/Executor/Machine/Program.h"

namespace wafer::exec {

/// Epochs beyond this are surely a mistake, and tables are sized by it.
constexpr int64_t kMaxEpochs = 4096;

/// `message: op`.
llvm::Error errorAt(mlir::Operation *op, const llvm::Twine &message);

Elem elemOf(mlir::Type type);
llvm::StringRef nameOf(Elem type);
llvm::Expected<Expr> compileExpr(mlir::Operation *op, mlir::AffineExpr expr);
llvm::Expected<Expr> compileExpr(mlir::Operation *op, machine::ExprAttr expr);
llvm::Expected<Nest> compileNest(mlir::Operation *op, machine::ExprAttr index,
                                 mlir::ArrayAttr extents);
/// The declaration that `name` means at `from`; null if there is none.
pe::HostOp findHost(mlir::Operation *from, mlir::FlatSymbolRefAttr name);
MachineNumbers readMachine(machine::DescAttr desc);

/// `positions` of a route of either dialect.
llvm::SmallVector<Route::Position, 4> readPositions(mlir::ArrayAttr positions);

/// Everything of a feed but its colour and region.
llvm::Expected<Feed> readFeed(pe::FeedOp op);

/// The channels of a stream. Errors: a channel leaves the mesh, two of them
/// meet at a source or a reader.
llvm::Expected<StreamChannels> listChannels(mesh::StreamOp op,
                                            const MachineNumbers &machine);

/// What holds for the module as a whole, once its programs, routes and feeds
/// are there: epochs, the span, that all programs have the same barriers (E41).
llvm::Error finishModule(LoadedModule &module);

/// Turns the instructions of a class of PEs into a Program, part by part.
class ProgramLoader {
public:
  /// The queue of a stream that the instruction at hand reads or sends on.
  using QueueLookup = std::function<llvm::Expected<unsigned>(
      mlir::Operation *op, mlir::StringAttr stream, bool isInput)>;

  /// `queueOf` may be empty where no stream can occur.
  ProgramLoader(Program &program, machine::DescAttr desc,
                QueueLookup queueOf = {})
      : program(program), desc(desc), queueOf(std::move(queueOf)) {}

  /// Buffers come first: `address` is that of the first byte.
  void addBuffer(pe::BufferOp buffer, int64_t address);
  llvm::Error addCopy(mlir::Operation *copy);
  /// Instructions of `block` in order; buffers in it are skipped.
  llvm::Error addBlock(mlir::Block &block) { return loadBlock(block, 0); }
  void addBind(mlir::Operation *op, bool isInput, unsigned queue,
               unsigned colour);
  llvm::Error addBarrier(mlir::Operation *op, int64_t epoch);
  /// The main thread's next instruction begins a section, unless one of that
  /// name has begun before.
  void addSection(llvm::StringRef name);
  void finish(mlir::Operation *op) {
    emit(Instruction::Kind::EndThread, op);
    compactMemory(program);
  }

private:
  llvm::Error checkThread(mlir::Operation *op, int64_t thread) const;
  Instruction &emit(Instruction::Kind kind, mlir::Operation *op);
  llvm::Error loadBlock(mlir::Block &block, unsigned depth);
  llvm::Error loadOp(mlir::Operation &op, unsigned depth);
  llvm::Error loadControl(pe::ControlOp control);
  llvm::Error loadLoop(pe::LoopOp loop, unsigned depth);
  llvm::Error loadAsync(pe::AsyncOp async, unsigned depth);
  llvm::Error loadVector(pe::VectorOp op);
  llvm::Error loadMemory(mlir::Operation *op, pe::MemAttr mem,
                         Operand &operand);
  llvm::Error loadFabric(mlir::Operation *op, mlir::Attribute attr,
                         bool isInput, Operand &operand);
  llvm::Error loadOperand(mlir::Operation *op, mlir::Attribute attr, Elem type,
                          bool isSource, Operand &operand);
  template <typename CopyT> llvm::Error loadCopy(CopyT op, bool once);

  struct Placed {
    pe::BufferOp op;
    int64_t address = 0;
  };
  Program &program;
  machine::DescAttr desc;
  QueueLookup queueOf;
  llvm::DenseMap<mlir::StringAttr, Placed> buffers;
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_MACHINE_DECODE_H
