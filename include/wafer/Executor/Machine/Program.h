//===- Program.h - a program decoded for execution --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What executors run: instructions in flat lists, expressions compiled, symbols
// resolved. The IR must outlive it (messages point at its ops).
//
// It is made from a pe.module, or from a wafer.program whose tasks and streams
// are there. Before that one has routes, each of its streams takes the place of
// a colour, whose channels are those that the stream asks for; PEs number the
// queues of the streams that they use by themselves.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_MACHINE_PROGRAM_H
#define WAFER_EXECUTOR_MACHINE_PROGRAM_H

#include "dialects/PE/PE.h"
#include "dialects/Wafer/Wafer.h"
#include "wafer/Executor/Machine/Elements.h"
#include "wafer/Executor/Machine/Expr.h"
#include "llvm/Support/Error.h"
#include <map>

namespace wafer::exec {

/// An operand of a vector instruction.
struct Operand {
  enum class Kind : uint8_t { None, Memory, Queue, Scalar, Discard };
  Kind kind = Kind::None;
  Elem type = Elem::F32;
  /// Queue: its number; input or output follows from the side.
  unsigned queue = 0;
  /// Scalar: its bits.
  uint32_t bits = 0;
  /// Memory: the buffer's address in bytes and size in elements, then offset
  /// and strides in elements.
  int64_t address = 0;
  int64_t size = 0;
  Expr offset;
  std::array<int64_t, 4> strides = {0, 0, 0, 0};
  llvm::StringRef buffer;
};

struct Instruction {
  enum class Kind : uint8_t {
    Vector,
    Control,
    Bind,
    Loop,
    EndLoop,
    Async,
    EndThread,
    Await,
    Barrier
  };
  Kind kind = Kind::EndThread;
  mlir::Operation *op = nullptr;

  // Vector. Extents are padded in front with 1 to four; strides likewise with
  // 0.
  pe::Opcode opcode = pe::Opcode::Move;
  Elem type = Elem::F32;
  Elem from = Elem::F32;
  unsigned numSources = 0;
  std::array<Expr, 4> extents;
  Operand destination;
  std::array<Operand, 2> sources;
  ElementFn fn = nullptr;
  StridedFn stridedFn = nullptr;
  /// Points a beat (E50); 1 with a fabric operand.
  int64_t rate = 1;
  bool usesFabric = false;

  // Control: commands in the encoding of control wavelets; destination.queue is
  // the queue.
  uint32_t commands = 0;
  // Bind: destination.queue, isInput and colour.
  bool isInput = false;
  unsigned colour = 0;
  // Loop: the trip count and the loop's depth; target is the instruction behind
  // its EndLoop. EndLoop: target is the body.
  Expr count;
  unsigned depth = 0;
  // Async: the microthread (0 is the first); target is the instruction behind
  // the block.
  unsigned thread = 0;
  size_t target = 0;
  // Await: bit t for microthread t.
  uint64_t threads = 0;
  // Barrier.
  unsigned epoch = 0;
};

/// Control wavelets (E42): the number of commands in the low 4 bits, above them
/// 2 bits for each, the first one lowest.
constexpr uint32_t encodeCommands(uint32_t count, uint64_t commands) {
  return count | commands << 4;
}
struct ControlWavelet {
  uint32_t bits;
  bool hasCommand() const { return bits & 15; }
  pe::Command first() const { return static_cast<pe::Command>(bits >> 4 & 3); }
  uint32_t withoutFirst() const {
    return hasCommand() ? encodeCommands((bits & 15) - 1, bits >> 6) : 0;
  }
};
/// The most commands that the encoding holds.
constexpr unsigned kMaxCommands = 14;

/// Nested extents and an element index over them: host copies and feeds.
struct Nest {
  std::vector<Expr> extents;
  Expr index;
  /// If no extent depends on an index and `index` is linear in all of them: by
  /// how much it moves along each. Else empty.
  std::vector<int64_t> steps;
};

/// pe.load or pe.store of a program.
struct HostCopy {
  pe::HostOp host;
  bool isStore = false;
  bool once = false;
  Nest nest;
  Operand memory;
  std::vector<int64_t> strides;
  mlir::Operation *op = nullptr;
};

/// Where a named part of a main thread begins (pe.section, or the first task of
/// a kernel).
struct SectionMark {
  size_t pc = 0;
  llvm::StringRef name;
};

struct Program {
  /// That of the pe.program, or of the wafer.program.
  std::string name;
  wafer::Region region;
  /// The main thread starts at instruction 0; microthread bodies stand inside.
  std::vector<Instruction> code;
  /// In the order of the code, each name once.
  std::vector<SectionMark> sections;
  std::vector<HostCopy> copies;
  /// The addresses of operands, as [begin, end), multiples of 4: offsets in
  /// SRAM without the holes between buffers.
  int64_t memoryBegin = 0, memoryEnd = 0;
  /// The last byte of any buffer.
  int64_t sramBytes = 0;
};

/// Takes the bytes that no instruction and no copy uses out of the addresses of
/// a program (`sramBytes` stays what the program asks of a PE). Returns, by the
/// address where it began, how far down each range of bytes in use has moved.
std::map<int64_t, int64_t> compactMemory(Program &program);

struct Feed {
  pe::FeedOp op;
  pe::HostOp host;
  Direction side;
  wafer::Region region;
  unsigned colour;
  Nest nest;
};

/// One pe.route.
struct Route {
  struct Position {
    Direction input;
    DirectionSet outputs;
  };
  mlir::Operation *op = nullptr;
  unsigned colour = 0, epoch = 0;
  wafer::Region region;
  llvm::SmallVector<Position, 4> positions;
  bool wraps = false;
};

/// The numbers of the machine that execution needs
/// (docs/MachineDescription.md).
struct MachineNumbers {
  int64_t width, height, colours, microthreads;
  std::vector<int64_t> inDepths, outDepths;
  int64_t hop, ramp, linkBuffer, setup, async, completion, loop, barrier;
  int64_t clockHz;
  /// Sum over the ports, in wavelets per 1,000 cycles.
  int64_t portRate;
};

/// The channels of a wafer.stream without routes.
struct StreamChannels {
  std::string name;
  /// With a side, channels start at the ports of these PEs there.
  std::optional<Direction> side;
  static constexpr int32_t kNobody = -1;
  /// By PE (y * width + x): the PE at which the channel that it reads starts.
  std::vector<int32_t> sourceOf;
  /// By PE: whether a channel with readers starts there.
  std::vector<bool> isSource;
};

struct LoadedModule {
  machine::DescAttr desc;
  MachineNumbers machine;
  int64_t launches = 1;
  unsigned numEpochs = 1;
  std::vector<Program> programs;
  std::vector<Route> routes;
  std::vector<Feed> feeds;
  /// A wafer.program without routes: by the colours that stand for them, its
  /// streams.
  std::vector<StreamChannels> streams;
  /// Width plus height of the box around all programs (E54).
  int64_t span = 0;

  /// Wavelets per 1,000 cycles of the port at this edge PE (0 if there is
  /// none).
  int64_t getPortRate(Direction side, Point p) const;
  /// "colour 3", or "stream @fc1.part".
  std::string nameChannel(unsigned colour) const {
    return streams.empty() ? "colour " + std::to_string(colour)
                           : "stream @" + streams[colour].name;
  }
};

/// Decodes a verified module. What an executor cannot run although the verifier
/// accepts it is an error here: streams, a division by a non-constant, programs
/// whose barriers differ (E41).
llvm::Expected<LoadedModule> loadModule(pe::ModuleOp module);

/// Decodes a wafer.program in phase streamed, routed or allocated: its tasks
/// and streams; kernels' bodies are ignored. Buffers without offset get one of
/// their own each, in SRAM without end. Without routes, what a stream says is
/// who talks to whom; with routes, they do. Errors name a stream's channels
/// that leave the mesh or meet at a reader, streams without route or queue,
/// routes that contradict each other.
llvm::Expected<LoadedModule> loadProgram(mesh::ProgramOp program);

/// `pe.add @acc[...] = ... at file:line` without regions, for messages.
std::string describe(mlir::Operation *op);

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_MACHINE_PROGRAM_H
