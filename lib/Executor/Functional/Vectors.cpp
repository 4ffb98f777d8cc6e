//===- Vectors.cpp - vector instructions on lanes ---------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An instruction with fabric sources makes progress piece by piece, as many
// points as there are elements; one on memory is a single piece. Every point is
// computed for all lanes, in the order of the program, so the bits are those of
// a PE alone.
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

using namespace wafer;
using namespace wafer::exec;

using State = LaneThread::State;

/// Points in a piece, times lanes: bounds what a chunk holds.
static constexpr uint64_t kWordsInPiece = 1 << 15;
/// From this many lanes on, a point is one row operation; below, a row of the
/// iteration space is one for each lane.
static constexpr uint32_t kLanesForRows = 16;

/// How many sources take from the queue of source `i`: at each point the first
/// of two takes the first element.
static uint64_t countUses(const Instruction &in, unsigned i) {
  const Operand &other = in.sources[1 - i];
  return 1 + (other.kind == Operand::Kind::Queue && in.numSources == 2 &&
              other.queue == in.sources[i].queue);
}

/// The points, up to `wanted`, for which all fabric sources have elements.
uint64_t Engine::available(const Group &group, const Instruction &in,
                           uint64_t wanted) const {
  for (unsigned i = 0; i < in.numSources && wanted; ++i) {
    if (in.sources[i].kind != Operand::Kind::Queue)
      continue;
    int colour = group.inColours[in.sources[i].queue];
    if (colour < 0 || group.readers[colour].stream == UINT32_MAX)
      return 0;
    const Reader &reader = group.readers[colour];
    wanted =
        std::min(wanted, (streams[reader.stream].getEnd() - reader.cursor) /
                             countUses(in, i));
  }
  return wanted;
}

/// Moves an instruction on as far as it gets. True if it has ended.
bool Engine::advanceVector(uint32_t id, unsigned index) {
  Group &group = groups[id];
  LaneThread &thread = group.threads[index];
  const Instruction &in = *thread.instruction;
  bool toFabric = in.destination.kind == Operand::Kind::Queue;
  while (thread.cursor.done < thread.cursor.points) {
    uint64_t points = thread.cursor.points - thread.cursor.done;
    if (in.usesFabric)
      points =
          available(group, in,
                    std::min(points, std::max<uint64_t>(1, kWordsInPiece /
                                                               group.lanes())));
    if (points == 0)
      return false;
    if (in.kind == Instruction::Kind::Control) {
      if (!sendControl(id, in, thread))
        return false;
      thread.cursor.step();
      continue;
    }
    if (toFabric) {
      if (!send(id, in.destination.queue, points, thread))
        return false;
    } else if (!runMac(group, thread)) {
      compute(group, thread, points, nullptr);
    }
  }
  thread.state = State::Next;
  return true;
}

/// `rows` rows of a reader from its cursor on, without moving it. In the
/// answer, row r of lane l is at `r * rowWords` words and `l * laneBytes`
/// bytes.
const uint32_t *Engine::rowsOf(Group &group, Reader &reader, uint64_t rows,
                               std::vector<uint32_t> &scratch,
                               int64_t &rowWords, int64_t &laneBytes) {
  const Stream &stream = streams[reader.stream];
  const Chunk &chunk = stream.find(reader.cursor);
  uint32_t lanes = stream.getLanes();
  bool isWhole = reader.cursor + rows <= chunk.first + chunk.count;
  if (isWhole && reader.kind != Reader::Kind::Gather) {
    rowWords = lanes;
    laneBytes = reader.kind == Reader::Kind::Scalar ? 0 : 4;
    const uint32_t *row =
        chunk.words.data() + (reader.cursor - chunk.first) * lanes;
    return reader.kind == Reader::Kind::Scalar ? row + reader.lane : row;
  }
  bool isScalar = reader.kind == Reader::Kind::Scalar;
  rowWords = isScalar ? 1 : group.lanes();
  laneBytes = isScalar ? 0 : 4;
  scratch.resize(rows * rowWords);
  for (uint64_t r = 0; r < rows; ++r) {
    const uint32_t *from = stream.row(reader.cursor + r);
    uint32_t *to = scratch.data() + r * rowWords;
    for (int64_t l = 0; l < rowWords; ++l)
      to[l] = from[isScalar                              ? reader.lane
                   : reader.kind == Reader::Kind::Gather ? reader.lanes[l]
                                                         : l];
  }
  return scratch.data();
}

/// Computes the next `points` points for all lanes; results for the fabric go
/// to `out`, a row a point.
void Engine::compute(Group &group, LaneThread &thread, uint64_t points,
                     uint32_t *out) {
  const Instruction &in = *thread.instruction;
  const Program &program = module.programs[group.program];
  VectorCursor &cursor = thread.cursor;
  int64_t lanes = group.lanes();
  struct Place {
    char *data = nullptr;
    int64_t laneBytes = 0;
    int64_t pointBytes =
        0; // Fabric: to the next point. Memory: along the innermost index.
    bool isMemory = false;
    int64_t elementBytes = 4;
  };
  std::array<Place, 3> places;
  std::vector<uint32_t> discarded;
  bool isLinear = true; // A step along the innermost index is the same number
                        // of bytes everywhere.
  for (unsigned i = 0; i <= in.numSources; ++i) {
    const Operand &operand = VectorCursor::operand(in, i);
    Place &place = places[i];
    if (operand.kind == Operand::Kind::Memory) {
      place.isMemory = true;
      place.elementBytes = getBytes(operand.type);
      place.data = reinterpret_cast<char *>(group.memory.data());
      place.laneBytes = 4;
      place.pointBytes = operand.strides[3] * place.elementBytes * lanes;
      isLinear &= place.elementBytes == 4 || lanes == 1;
    } else if (i == 0) {
      if (!out)
        discarded.resize(lanes);
      place.data = reinterpret_cast<char *>(out ? out : discarded.data());
      place.laneBytes = 4;
      place.pointBytes = out ? lanes * 4 : 0;
    } else if (operand.kind == Operand::Kind::Queue) {
      Reader &reader = group.readers[group.inColours[operand.queue]];
      int64_t rowWords, k = countUses(in, i - 1);
      const uint32_t *rows = rowsOf(group, reader, points * k, scratch[i - 1],
                                    rowWords, place.laneBytes);
      place.data = reinterpret_cast<char *>(
          const_cast<uint32_t *>(rows + (i == 2 && k == 2 ? rowWords : 0)));
      place.pointBytes = rowWords * 4 * k;
    } else {
      place.data =
          reinterpret_cast<char *>(const_cast<uint32_t *>(&operand.bits));
    }
  }
  auto addressOf = [&](unsigned i) {
    Place &place = places[i];
    if (!place.isMemory)
      return place.data;
    const Operand &operand = VectorCursor::operand(in, i);
    int64_t at = operand.address - program.memoryBegin +
                 cursor.element[i] * place.elementBytes;
    return place.data + (at >> 2) * 4 * lanes + (at & 3);
  };
  auto moveOn = [&](int64_t steps) {
    for (Place &place : places)
      if (!place.isMemory)
        place.data += place.pointBytes * steps;
  };
  uint64_t done = 0;
  while (done < points) {
    StridedOperand operands[3];
    int64_t steps = 1;
    if (lanes >= kLanesForRows || !isLinear) {
      for (unsigned i = 0; i <= in.numSources; ++i)
        operands[i] = {addressOf(i), places[i].laneBytes};
      in.stridedFn(lanes, operands[0], operands[1], operands[2]);
    } else {
      steps =
          std::min<int64_t>(cursor.extents[3] - cursor.index[3], points - done);
      for (int64_t lane = 0; lane < lanes; ++lane) {
        for (unsigned i = 0; i <= in.numSources; ++i)
          operands[i] = {addressOf(i) + lane * places[i].laneBytes,
                         places[i].pointBytes};
        in.stridedFn(steps, operands[0], operands[1], operands[2]);
      }
      cursor.index[3] += steps - 1;
      cursor.done += steps - 1;
      for (unsigned i = 0; i <= in.numSources; ++i)
        cursor.element[i] +=
            (steps - 1) * VectorCursor::operand(in, i).strides[3];
    }
    moveOn(steps);
    cursor.step();
    done += steps;
  }
  for (unsigned i = 0; i < in.numSources; ++i) {
    if (in.sources[i].kind != Operand::Kind::Queue)
      continue;
    Reader &reader = group.readers[group.inColours[in.sources[i].queue]];
    reader.cursor += points;
    consumed(reader.stream);
  }
}

/// Computes points whose results go to the fabric, and sends them.
bool Engine::send(uint32_t id, unsigned queue, uint64_t rows,
                  LaneThread &thread) {
  Group &group = groups[id];
  int colour = group.outColours[queue];
  result.waveletsSent += rows * group.lanes();
  if (colour >= 0 && sources.isSwitched(colour)) {
    std::vector<uint32_t> words(rows);
    compute(group, thread, rows, words.data());
    Source self{static_cast<int32_t>(group.pes.front())};
    for (uint64_t r = 0; r < rows; ++r)
      if (!inject(colour, group.pes.front(), Direction::Ramp,
                  {words[r], false, originOf(colour, self, false)}))
        return false;
    return true;
  }
  uint32_t streamId = colour < 0 ? UINT32_MAX : streamOfGroup(id, colour);
  if (colour < 0 || infos[streamId].hasNoRoute) {
    std::string text;
    llvm::raw_string_ostream(text)
        << nameOf(group) << " sends a wavelet on "
        << (colour < 0 ? "no colour" : module.nameChannel(colour))
        << (module.streams.empty() ? " and has no route for it: "
                                   : " and no channel of it starts there: ")
        << describe(thread.instruction->op);
    fail(FailureKind::BadRoute, text);
    return false;
  }
  const StreamInfo &info = infos[streamId];
  if (info.leak && info.leak->isBadRoute) {
    fail(FailureKind::BadRoute, info.leak->text + ", sent by " + nameOf(group));
    return false;
  }
  if (info.leak || info.isNotLive) {
    stuck += rows;
    stuckText = info.isNotLive
                    ? nameOf(group) + ", " + module.nameChannel(colour) +
                          ": waits at the ramp, which is not live"
                    : info.leak->text + ", sent by " + nameOf(group);
  }
  if (thread.instruction->kind ==
      Instruction::Kind::Control) { // One position: commands change nothing.
    result.waveletHops += info.links * rows;
    return true;
  }
  Chunk &chunk = streams[streamId].push(rows);
  compute(group, thread, rows, chunk.words.data());
  announce(streamId, rows);
  return true;
}

bool Engine::sendControl(uint32_t id, const Instruction &in,
                         LaneThread &thread) {
  Group &group = groups[id];
  int colour = group.outColours[in.destination.queue];
  if (colour < 0 || !sources.isSwitched(colour))
    return send(id, in.destination.queue, 1, thread);
  ++result.waveletsSent;
  Source self{static_cast<int32_t>(group.pes.front())};
  return inject(colour, group.pes.front(), Direction::Ramp,
                {in.commands, true, originOf(colour, self, true)});
}
