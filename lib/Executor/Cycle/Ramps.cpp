//===- Ramps.cpp - from output queues to routers ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Simulator.h"

using namespace wafer;
using namespace wafer::exec;

void Simulator::visitRamps() {
  wheel.forEach(
      Wheel::Ramp, [&](uint32_t id) { visitRamp(id); },
      [&](unsigned stage, uint32_t id) {
        if (stage == 0)
          return __builtin_prefetch(&processors[id], 1);
        const ProcessorState &pe = processors[id];
        if (stage == 1)
          for (uint32_t offset : layouts[pe.program].outputList)
            buffers.fetch(pe.firstQueue + offset);
      });
}

/// E52: one wavelet a cycle enters the ramp; output queues take turns.
void Simulator::visitRamp(uint32_t id) {
  ProcessorState &pe = processors[id];
  if (pe.rampWakeAt != wheel.now)
    return;
  pe.rampWakeAt = kNever;
  const std::vector<uint32_t> &outputs = layoutOf(id).outputList;
  uint64_t next = kNever;
  bool sent = false;
  unsigned turn = pe.lastOutput;
  for (unsigned i = 0; i < pe.numOutputs; ++i) {
    turn = turn + 1 < pe.numOutputs ? turn + 1 : 0;
    uint32_t queueId = pe.firstQueue + outputs[turn];
    Buffer &queue = buffers[queueId];
    if (queue.empty())
      continue;
    Wavelet wavelet = queue.front();
    if (sent || wavelet.ready > wheel.now) {
      next = std::min(next, std::max(wavelet.ready, wheel.now + 1));
      continue;
    }
    uint32_t router = wavelet.colour == queue.colour
                          ? queue.owner
                          : findRouter(peOf[id], wavelet.colour);
    if (router == kNone || !routers[router].outputs)
      return failOnRamp(id, wavelet.colour);
    uint32_t target = routes[router].inputs[kRampPort];
    if (target == kNone)
      target = inputOf(router, Direction::Ramp); // Moves the queue.
    Buffer &buffer = buffers[target];
    if (!buffer.hasRoom(wheel.now)) {
      if (buffer.getsRoom(wheel.now))
        next = wheel.now + 1;
      else
        buffer.hasWaiter = true;
      continue;
    }
    Buffer &source = buffers[queueId];
    source.pop(wheel.now);
    --waveletsInside;
    wavelet.ready = wheel.now + machine.ramp;
    arrive(target, wavelet);
    ++result.waveletsSent;
    wakeProcessor(id, wheel.now + 1);
    sent = true;
    pe.lastOutput = turn;
    if (!source.empty())
      next = std::min(next, std::max(source.front().ready, wheel.now + 1));
  }
  if (next != kNever)
    wakeRamp(id, next);
}

void Simulator::failOnRamp(uint32_t id, unsigned colour) {
  std::string text;
  llvm::raw_string_ostream(text)
      << "PE " << pointOfProcessor(id) << " sends a wavelet on colour "
      << colour << " and has no route for it";
  fail(FailureKind::BadRoute, text);
}
