//===- Report.cpp - names what is stuck -------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Simulator.h"

using namespace wafer;
using namespace wafer::exec;

using State = ThreadState;

/// The PE that keeps the wavelet at the live input of this router from leaving:
/// downstream, the one whose queue has no room.
std::optional<Point> Simulator::whoBlocks(uint32_t id) {
  for (size_t steps = 0; steps <= routers.size(); ++steps) {
    const RouterColour &router = routers[id];
    if (!router.outputs)
      return pointOf(router.pe);
    uint32_t next = kNone;
    for (Direction side : DirectionSet::fromBits(router.outputs)) {
      if (side == Direction::Ramp) {
        uint32_t queue = router.targets[kRampPort];
        if (queue == kNone || buffers[queue].isFull())
          return pointOf(router.pe);
        continue;
      }
      uint32_t neighbour = router.neighbours[static_cast<unsigned>(side)];
      if (neighbour == kNone)
        continue;
      if (!buffers[router.targets[static_cast<unsigned>(side)]].isFull())
        continue;
      const RouterColour &ahead = routers[neighbour];
      if (ahead.live != static_cast<uint8_t>(opposite(side)))
        return pointOf(ahead.pe); // It waits for that router to move on.
      next = neighbour;
    }
    if (next == kNone)
      return pointOf(router.pe);
    id = next;
  }
  return std::nullopt;
}

/// The PE from which the next wavelet for this router must come: upstream, the
/// one at whose ramp the path starts, or the one that blocks a wavelet on its
/// way.
std::optional<Point> Simulator::whoSends(uint32_t id) {
  for (size_t steps = 0; steps <= routers.size(); ++steps) {
    const RouterColour &router = routers[id];
    if (!router.outputs)
      return pointOf(router.pe);
    auto input = static_cast<Direction>(router.live);
    if (steps > 0 && !buffers[router.input].empty())
      return whoBlocks(id);
    Point p = pointOf(router.pe), q = p + step(input);
    if (input == Direction::Ramp)
      return p;
    if (!routeMap.contains(q))
      return std::nullopt; // A feed.
    id = findRouter(peAt(q), router.colour);
    if (id == kNone)
      return q;
  }
  return std::nullopt;
}

Wait Simulator::describeWait(uint32_t id, unsigned index) {
  const ThreadRun &thread = threads[processors[id].firstThread + index];
  Wait wait{pointOfProcessor(id), layoutOf(id).threadNames[index], "",
            thread.instruction->op, std::nullopt};
  llvm::raw_string_ostream os(wait.reason);
  if (thread.state == State::AtBarrier) {
    os << "waits at the barrier";
    for (uint32_t other = 0; other < processors.size(); ++other)
      if (threadsOf(other)[0].state != State::AtBarrier) {
        wait.waitsFor = pointOfProcessor(other);
        os << " for the main thread";
        break;
      }
    return wait;
  }
  if (thread.state != State::Running) {
    os << "waits for its microthreads";
    return wait;
  }
  const Instruction &in = *thread.instruction;
  for (unsigned i = 0; i < in.numSources; ++i) {
    if (in.sources[i].kind != Operand::Kind::Queue)
      continue;
    const Buffer &queue = buffers[inputQueue(id, in.sources[i].queue)];
    if (!queue.empty())
      continue;
    int colour = queue.colour;
    os << "waits for in(" << in.sources[i].queue << ")";
    if (colour < 0) {
      os << ", which has no colour";
      return wait;
    }
    os << ", colour " << colour << ",";
    uint32_t router = findRouter(peOf[id], colour);
    wait.waitsFor = router == kNone ? std::nullopt : whoSends(router);
    if (!wait.waitsFor)
      os << (router == kNone ? " which has no route here"
                             : " from a feed or a loop of routes");
    return wait;
  }
  int colour = buffers[outputQueue(id, in.destination.queue)].colour;
  os << "waits for room in out(" << in.destination.queue << "), colour "
     << colour << ", at a reader";
  uint32_t router = colour < 0 ? kNone : findRouter(peOf[id], colour);
  if (router != kNone)
    wait.waitsFor = whoBlocks(router);
  return wait;
}

void Simulator::reportBlocked() {
  std::vector<Wait> waits;
  for (uint32_t id = 0; id < processors.size(); ++id)
    for (auto [index, thread] : llvm::enumerate(threadsOf(id)))
      if (thread.state != State::Idle)
        waits.push_back(describeWait(id, index));
  for (std::string &line : reportDeadlock(waits))
    fail(FailureKind::Deadlock, line);
}

/// E36: PE, colour and count of what is left.
void Simulator::reportLeftovers(FailureKind kind, const std::string &when) {
  constexpr size_t kMaxLines = 16;
  fail(kind, std::to_string(waveletsInside) + " wavelets are left " + when);
  auto say = [&](Point p, int colour, const char *where, uint64_t count) {
    std::string text;
    llvm::raw_string_ostream(text) << "PE " << p << ", colour " << colour
                                   << ": " << count << " in " << where;
    if (count && result.diagnostics.size() < kMaxLines)
      fail(kind, text);
  };
  for (auto [router, route] : llvm::zip(routers, routes))
    for (uint32_t buffer : route.inputs)
      if (buffer != kNone)
        say(pointOf(router.pe), router.colour, "the router",
            buffers[buffer].count);
  for (uint32_t id = 0; id < processors.size(); ++id) {
    for (unsigned number : layoutOf(id).inputs) {
      const Buffer &queue = buffers[inputQueue(id, number)];
      say(pointOfProcessor(id), queue.colour, "an input queue", queue.count);
    }
    for (unsigned number : layoutOf(id).outputs) {
      const Buffer &queue = buffers[outputQueue(id, number)];
      say(pointOfProcessor(id), queue.empty() ? -1 : queue.front().colour,
          "an output queue", queue.count);
    }
  }
  for (PortState &port : ports)
    for (PortState::Stream &stream : port.streams)
      if (settle(port, stream))
        say(pointOf(port.pe), stream.colour, "an unfinished feed at least", 1);
}
