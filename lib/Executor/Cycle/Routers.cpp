//===- Routers.cpp - moves wavelets through the mesh ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Simulator.h"
#include "llvm/ADT/bit.h"

using namespace wafer;
using namespace wafer::exec;

LLVM_ATTRIBUTE_ALWAYS_INLINE void Simulator::visitRouter(uint32_t id) {
  RouterColour &router = routers[id];
  if (router.wakeAt != wheel.now)
    return;
  router.wakeAt = kNever;
  if (router.input == kNone)
    return;
  Buffer &buffer = buffers[router.input];
  if (buffer.empty())
    return;
  Wavelet wavelet = buffer.front();
  if (wavelet.ready > wheel.now)
    return wakeRouter(id, wavelet.ready);
  if (!canLeave(id, wavelet.isControl))
    return;
  forward(id, wavelet);
  buffer.pop(wheel.now);
  --waveletsInside;
  if (buffer.hasWaiter) {
    buffer.hasWaiter = false;
    wakeUpstream(buffer);
  }
  if (!wavelet.isControl) {
    if (!buffer.empty())
      wakeRouter(id, std::max(wheel.now + 1, buffer.front().ready));
    return;
  }
  if (ControlWavelet{wavelet.bits}.hasCommand())
    obey(id, ControlWavelet{wavelet.bits}.first());
  wakeRouter(id, wheel.now + 1);
}

/// E31: all outputs can take the wavelet. If not, the router has asked to be
/// visited when that may have changed.
LLVM_ATTRIBUTE_ALWAYS_INLINE bool Simulator::canLeave(uint32_t id,
                                                      bool isControl) {
  RouterColour &router = routers[id];
  bool isLinkTaken = false;
  for (unsigned rest = router.outputs; rest; rest &= rest - 1) {
    unsigned port = llvm::countr_zero(rest);
    if (port == kRampPort && isControl) // E42: dropped there.
      continue;
    uint32_t target = router.targets[port];
    if (target == kNone) {
      // E35: at the ramp, pe.bind wakes the router. E33: elsewhere.
      if (port != kRampPort)
        failOnRoute(id, static_cast<Direction>(port));
      return false;
    }
    Buffer &buffer = buffers[target];
    if (!buffer.hasRoom(wheel.now)) {
      if (!buffer.getsRoom(wheel.now))
        buffer.hasWaiter = true;
      else
        wakeRouter(id, wheel.now + 1,
                   port == kRampPort ? Wheel::Router : Wheel::Loser);
      return false;
    }
    if (router.contended >> port & 1)
      isLinkTaken |= links[router.pe][port] == wheel.now;
  }
  if (isLinkTaken)
    wakeRouter(id, wheel.now + 1, Wheel::Loser);
  return !isLinkTaken;
}

/// E33: the link leads to no router with a route.
void Simulator::failOnRoute(uint32_t id, Direction side) {
  const RouterColour &router = routers[id];
  Point p = pointOf(router.pe), q = p + step(side);
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "a wavelet of colour " << unsigned(router.colour) << " leaves PE " << p
     << " to the " << side << " and ";
  if (routeMap.contains(q))
    os << "PE " << q << " has no route for it";
  else
    os << "leaves the mesh";
  os << ": " << describe(routes[id].route->op);
  fail(FailureKind::BadRoute, text);
}

LLVM_ATTRIBUTE_ALWAYS_INLINE void Simulator::forward(uint32_t id,
                                                     Wavelet wavelet) {
  const RouterColour &router = routers[id];
  uint32_t bits = wavelet.bits;
  if (wavelet.isControl)
    wavelet.bits = ControlWavelet{bits}.withoutFirst();
  for (unsigned rest = router.outputs; rest; rest &= rest - 1) {
    unsigned port = llvm::countr_zero(rest);
    if (router.contended >> port & 1)
      links[router.pe][port] = wheel.now;
    if (options.trace)
      options.trace->waveletHopped(pointOf(router.pe),
                                   static_cast<Direction>(port), router.colour,
                                   bits, wheel.now);
    if (port != kRampPort) {
      wavelet.ready = wheel.now + machine.hop;
      ++result.waveletHops;
      arrive(router.targets[port], wavelet);
      continue;
    }
    if (wavelet.isControl)
      continue;
    wavelet.ready = wheel.now + machine.ramp;
    buffers[router.targets[kRampPort]].push(wavelet);
    ++waveletsInside;
    wakeProcessor(router.processor, wavelet.ready);
  }
}

/// E42, on this router's entry.
void Simulator::obey(uint32_t id, pe::Command command) {
  RouterColour &router = routers[id];
  unsigned last = routes[id].route->positions.size() - 1;
  if (command == pe::Command::Reset)
    router.position = 0;
  else if (command == pe::Command::Advance)
    router.position = router.position < last    ? router.position + 1
                      : routes[id].route->wraps ? 0
                                                : last;
  setPosition(id);
}

/// Tells whoever fills this buffer that there is room from the next cycle on.
void Simulator::wakeUpstream(const Buffer &buffer) {
  auto port = static_cast<Direction>(buffer.port);
  if (port == Direction::Ramp)
    wakeRamp(buffer.upstream, wheel.now + 1);
  else if (buffer.upstream != kNone)
    wakeRouter(buffer.upstream, wheel.now + 1);
  else
    wakePort(portOf.at({routers[buffer.owner].pe, port}), wheel.now + 1);
}

void Simulator::visitRouters(Wheel::Kind kind) {
  wheel.forEach(
      kind, [&](uint32_t id) { visitRouter(id); },
      [&](unsigned stage, uint32_t id) {
        if (stage == 0)
          return __builtin_prefetch(&routers[id], 1);
        const RouterColour &router = routers[id];
        if (stage == 1)
          return buffers.fetch(router.input);
        for (unsigned rest = router.outputs; rest; rest &= rest - 1) {
          unsigned port = llvm::countr_zero(rest);
          buffers.fetch(router.targets[port]);
          if (port == kRampPort && router.processor != kNone)
            __builtin_prefetch(&processors[router.processor], 1);
        }
      });
}
