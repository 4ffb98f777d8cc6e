//===- Ramps.cpp - from output queues to routers ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Simulator.h"

using namespace wafer;
using namespace wafer::exec;

/// E52: one wavelet a cycle enters the ramp; output queues take turns.
void Simulator::visitRamp(uint32_t id) {
  ProcessorState &pe = processors[id];
  if (pe.rampWakeAt != wheel.now)
    return;
  pe.rampWakeAt = kNever;
  uint64_t next = kNever;
  bool sent = false;
  uint32_t last = pe.lastOutput;
  for (uint32_t i = 1; i <= pe.outputs.size(); ++i) {
    uint32_t turn = (last + i) % pe.outputs.size();
    Fifo &queue = pe.outputs[turn];
    if (queue.empty())
      continue;
    Wavelet wavelet = queue.front();
    if (sent || wavelet.ready > wheel.now) {
      next = std::min(next, std::max(wavelet.ready, wheel.now + 1));
      continue;
    }
    uint32_t router = findRouter(peAt(pe.p), wavelet.colour);
    if (router == kNone || !routers[router].route) {
      std::string text;
      llvm::raw_string_ostream(text)
          << "PE " << pe.p << " sends a wavelet on colour "
          << unsigned(wavelet.colour) << " and has no route for it";
      return fail(FailureKind::BadRoute, text);
    }
    Fifo &buffer = buffers[inputOf(router, Direction::Ramp)];
    if (!buffer.hasRoom(wheel.now)) {
      if (buffer.lastPop == wheel.now && buffer.count < buffer.ring.size())
        next = wheel.now + 1;
      else
        buffer.hasWaiter = true;
      continue;
    }
    queue.pop(wheel.now);
    --waveletsInside;
    wavelet.ready = wheel.now + machine.ramp;
    arrive(router, Direction::Ramp, wavelet);
    ++result.waveletsSent;
    wakeProcessor(id, wheel.now + 1);
    sent = true;
    pe.lastOutput = turn;
    next = queue.empty()
               ? next
               : std::min(next, std::max(queue.front().ready, wheel.now + 1));
  }
  if (next != kNever)
    wakeRamp(id, next);
}
