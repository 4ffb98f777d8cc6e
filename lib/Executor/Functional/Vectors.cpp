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

/// Moves an instruction on as far as it gets. True if it has ended.
bool Engine::advanceVector(uint32_t id, unsigned index) {
  Group &group = groups[id];
  LaneThread &thread = group.threads[index];
  const Instruction &in = *thread.instruction;
  bool toFabric = in.destination.kind == Operand::Kind::Queue;
  // What nobody keeps need not be computed.
  bool isForgotten = in.destination.kind == Operand::Kind::Discard;
  uint64_t mostPoints =
      isForgotten ? UINT64_MAX
                  : std::max<uint64_t>(1, kWordsInPiece / group.lanes());
  while (thread.cursor.done < thread.cursor.points) {
    uint64_t left = thread.cursor.points - thread.cursor.done, points = left;
    if (in.usesFabric) {
      points = available(group, in, std::min(left, mostPoints));
      if (points == 0) { // What arrives between the two looks wakes nobody.
        askToWake(group, in, left);
        points = available(group, in, std::min(left, mostPoints));
      }
    }
    if (points == 0)
      return false;
    if (in.kind == Instruction::Kind::Control) {
      if (!sendControl(id, in, thread))
        return false;
      thread.cursor.step();
      continue;
    }
    if (toFabric) {
      // Whole rows of the iteration space, if there are any.
      if (auto row = static_cast<uint64_t>(thread.cursor.extents[3]);
          thread.cursor.index[3] == 0 && points > row)
        points -= points % row;
      if (!send(id, in.destination.queue, points, thread))
        return false;
      continue;
    }
    if (isForgotten)
      thread.cursor.done += points;
    else if (runMac(group, thread))
      break;
    else
      compute(group, thread, points, nullptr);
    for (unsigned i = 0; i < in.numSources; ++i)
      if (readsQueue(in, i))
        skip(*readerOf(group, in.sources[i]), points);
  }
  thread.state = State::Next;
  return true;
}

namespace {
/// Where an operand of one point lies, for all lanes.
struct Place {
  char *data = nullptr;
  int64_t laneBytes = 0;
  /// Fabric: to the next point. Memory: along the innermost index.
  int64_t pointBytes = 0;
  bool isMemory = false;
  int64_t elementBytes = 4;
  /// Rows begin within those of a stream: what is behind the lanes may lie
  /// outside.
  bool isInside = false;
};

/// The points of an instruction, one row of lanes each.
class RowLoop {
public:
  RowLoop(Group &group, const Instruction &in, VectorCursor &cursor,
          std::array<Place, 3> &places, int64_t memoryBegin,
          const llvm::BitVector &pinned)
      : group(group), in(in), cursor(cursor), places(places),
        memoryBegin(memoryBegin), lanes(group.lanes()) {
    for (unsigned i = 0; i <= in.numSources; ++i)
      isDense &= places[i].pointBytes == group.pitch * 4 &&
                 places[i].laneBytes == 4 && !places[i].isInside;
    isCopy = in.opcode == pe::Opcode::Move && places[0].isMemory &&
             places[0].elementBytes == 4 && !places[1].isMemory &&
             places[1].laneBytes == 0 && !group.states.empty();
    if (isCopy) {
      auto [begin, end] = reachOf(in.destination, cursor.element[0], cursor);
      isCopy = pinned.find_first_in((begin - memoryBegin) / 4,
                                    (end - memoryBegin) / 4) < 0;
    }
  }

  /// Does one point, or several of them at once, `most` at most. Returns how
  /// many.
  int64_t run(int64_t most) {
    int64_t steps = std::min(cursor.extents[3] - cursor.index[3], most);
    if (isDense && steps > 1 && takeDense(steps))
      return steps;
    if (isCopy) {
      takeScalars(steps);
      return steps;
    }
    StridedOperand operands[3];
    for (unsigned i = 1; i <= in.numSources; ++i)
      operands[i] = source(i);
    operands[0] = destination();
    in.stridedFn(lanes, operands[0], operands[1], operands[2]);
    return 1;
  }

private:
  Group &group;
  const Instruction &in;
  VectorCursor &cursor;
  std::array<Place, 3> &places;
  int64_t memoryBegin, lanes;
  bool isDense = true, isCopy = false;

  int64_t addressOf(unsigned i) const {
    return VectorCursor::operand(in, i).address - memoryBegin +
           cursor.element[i] * places[i].elementBytes;
  }
  int64_t wordOf(unsigned i) const { return addressOf(i) >> 2; }
  char *rowOf(unsigned i) const {
    int64_t at = addressOf(i);
    return reinterpret_cast<char *>(group.row(at >> 2)) + (at & 3);
  }
  StridedOperand source(unsigned i) const {
    if (!places[i].isMemory)
      return {places[i].data, places[i].laneBytes};
    int64_t at = addressOf(i);
    if (group.isUniform(at >> 2))
      return {reinterpret_cast<char *>(&group.scalars[at >> 2]) + (at & 3), 0};
    if (group.isDeferred(at >> 2))
      group.spread(at >> 2);
    return {rowOf(i), places[i].laneBytes};
  }
  StridedOperand destination() {
    if (!places[0].isMemory)
      return {places[0].data, places[0].laneBytes};
    if (int64_t word = wordOf(0); !group.states.empty()) {
      if (places[0].elementBytes == 4 && in.opcode != pe::Opcode::Mac)
        group.setState(word, RowState::Dense);
      else
        group.spread(word);
    }
    return {rowOf(0), places[0].laneBytes};
  }

  /// `steps` points whose rows follow each other in memory, in one operation
  /// with the same order of elements. False if they do not.
  bool takeDense(int64_t steps) {
    for (unsigned i = 0; i <= in.numSources; ++i) {
      if (!places[i].isMemory || group.states.empty())
        continue;
      const RowState *first = group.states.data() + wordOf(i);
      if (i == 0 && in.opcode != pe::Opcode::Mac && places[i].elementBytes == 4)
        continue; // Whole words are written without a look at what was there.
      if (std::any_of(first, first + steps,
                      [](RowState state) { return state != RowState::Dense; }))
        return false;
    }
    if (places[0].isMemory && !group.states.empty())
      for (int64_t i = 0, word = wordOf(0); i < steps; ++i)
        group.setState(word + i, RowState::Dense);
    StridedOperand operands[3];
    for (unsigned i = 0; i <= in.numSources; ++i)
      operands[i] = {places[i].isMemory ? rowOf(i) : places[i].data, 4};
    in.stridedFn(steps * group.pitch, operands[0], operands[1], operands[2]);
    cursor.passTo(in, steps);
    return true;
  }

  /// `steps` points that copy a word that is the same for all lanes: rows
  /// become scalars.
  void takeScalars(int64_t steps) {
    const char *from = places[1].data;
    int64_t word = wordOf(0), stride = in.destination.strides[3];
    for (int64_t i = 0; i < steps; ++i) {
      std::memcpy(&group.scalars[word], from, 4);
      group.setState(word, RowState::Uniform);
      from += places[1].pointBytes;
      word += stride;
    }
    cursor.passTo(in, steps);
  }
};
} // namespace

/// Computes the next `points` points for all lanes; results for the fabric go
/// to `out`, a row a point.
void Engine::compute(Group &group, LaneThread &thread, uint64_t points,
                     uint32_t *out) {
  if (!group.deferred.empty() && addDeferred(group, thread, points, out))
    return;
  static thread_local std::vector<uint32_t> scratch[2];
  const Instruction &in = *thread.instruction;
  const Program &program = programs[group.program];
  VectorCursor &cursor = thread.cursor;
  settleReaders(group, in, cursor);
  int64_t lanes = group.lanes();
  std::array<Place, 3> places;
  bool isLinear = true; // A step along the innermost index is the same number
                        // of bytes everywhere.
  for (unsigned i = 0; i <= in.numSources; ++i) {
    const Operand &operand = VectorCursor::operand(in, i);
    Place &place = places[i];
    if (operand.kind == Operand::Kind::Memory) {
      place.isMemory = true;
      place.elementBytes = getBytes(operand.type);
      place.laneBytes = 4;
      place.pointBytes = operand.strides[3] * place.elementBytes * group.pitch;
      isLinear &= place.elementBytes == 4 || lanes == 1;
    } else if (i == 0) {
      place.data = reinterpret_cast<char *>(out);
      place.laneBytes = 4;
      place.pointBytes = group.pitch * 4;
    } else if (operand.kind == Operand::Kind::Queue) {
      Reader &reader = *readerOf(group, operand);
      int64_t rowWords, k = 1 + readsTwice(in);
      const uint32_t *rows = rowsOf(group, reader, points * k, scratch[i - 1],
                                    rowWords, place.laneBytes);
      place.isInside = reader.first > 0;
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
    return reinterpret_cast<char *>(group.row(at >> 2)) + (at & 3);
  };
  auto moveOn = [&](int64_t steps) {
    for (Place &place : places)
      if (!place.isMemory)
        place.data += place.pointBytes * steps;
  };
  RowLoop rows(group, in, cursor, places, program.memoryBegin,
               pinned[group.program]);
  uint64_t done = 0;
  while (done < points) {
    int64_t steps = 1;
    if (lanes >= kLanesForRows || !isLinear) {
      steps = rows.run(points - done);
    } else {
      StridedOperand operands[3];
      steps =
          std::min<int64_t>(cursor.extents[3] - cursor.index[3], points - done);
      for (int64_t lane = 0; lane < lanes; ++lane) {
        for (unsigned i = 0; i <= in.numSources; ++i)
          operands[i] = {addressOf(i) + lane * places[i].laneBytes,
                         places[i].pointBytes};
        in.stridedFn(steps, operands[0], operands[1], operands[2]);
      }
      cursor.passTo(in, steps);
    }
    moveOn(steps);
    cursor.step();
    done += steps;
  }
}

/// Computes points whose results go to the fabric, and sends them.
bool Engine::send(uint32_t id, unsigned queue, uint64_t rows,
                  LaneThread &thread) {
  Group &group = groups[id];
  int colour = group.outColours[queue];
  group.counters.sent += rows * group.lanes();
  const Instruction &in = *thread.instruction;
  auto moveOn = [&] {
    for (unsigned i = 0; i < in.numSources; ++i)
      if (readsQueue(in, i))
        skip(*readerOf(group, in.sources[i]), rows);
  };
  if (colour >= 0 && sources.isSwitched(colour)) {
    std::vector<uint32_t> words(rows);
    compute(group, thread, rows, words.data());
    moveOn();
    Source self{static_cast<int32_t>(group.pes.front())};
    for (uint64_t r = 0; r < rows; ++r)
      if (!inject(colour, group.pes.front(), Direction::Ramp,
                  {words[r], false, originOf(colour, self, false)}))
        return false;
    return true;
  }
  uint32_t streamId = colour < 0 ? UINT32_MAX : group.writes[colour];
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
    group.stuck += rows;
    std::lock_guard<std::mutex> guard(failureLock);
    stuckText = info.isNotLive
                    ? nameOf(group) + ", " + module.nameChannel(colour) +
                          ": waits at the ramp, which is not live"
                    : info.leak->text + ", sent by " + nameOf(group);
  }
  group.counters.hops += info.links * rows;
  if (in.kind == Instruction::Kind::Control) // One position: commands change
    return true;                             // nothing.
  WordBuffer buffer = streams[streamId].obtain(rows);
  compute(group, thread, rows, buffer.words.get());
  moveOn();
  streams[streamId].push(rows, std::move(buffer));
  announce(streamId);
  return true;
}

bool Engine::sendControl(uint32_t id, const Instruction &in,
                         LaneThread &thread) {
  Group &group = groups[id];
  int colour = group.outColours[in.destination.queue];
  if (colour < 0 || !sources.isSwitched(colour))
    return send(id, in.destination.queue, 1, thread);
  ++group.counters.sent;
  Source self{static_cast<int32_t>(group.pes.front())};
  return inject(colour, group.pes.front(), Direction::Ramp,
                {in.commands, true, originOf(colour, self, true)});
}
