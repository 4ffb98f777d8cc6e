//===- Routers.cpp - moves wavelets through the mesh ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Simulator.h"

using namespace wafer;
using namespace wafer::exec;

/// The buffer of an input port (E52). A wavelet on its way takes a place from
/// when it is sent, so the places are those of the router and those of the link
/// or ramp.
uint32_t Simulator::inputOf(uint32_t router, Direction port) {
  uint32_t &buffer = routers[router].inputs[static_cast<unsigned>(port)];
  if (buffer == kNone) {
    buffer = buffers.size();
    buffers.emplace_back(
        machine.linkBuffer +
        (port == Direction::Ramp ? machine.ramp : machine.hop) - 1);
  }
  return buffer;
}

void Simulator::visitRouter(uint32_t id) {
  RouterColour &router = routers[id];
  if (router.wakeAt != wheel.now)
    return;
  router.wakeAt = kNever;
  if (!router.route)
    return;
  const Route::Position &position = router.route->positions[router.position];
  uint32_t bufferId = router.inputs[static_cast<unsigned>(position.input)];
  if (bufferId == kNone || buffers[bufferId].empty())
    return;
  Wavelet wavelet = buffers[bufferId].front();
  if (wavelet.ready > wheel.now)
    return wakeRouter(id, wavelet.ready);
  bool lost = false;
  if (!canLeave(id, wavelet, position.outputs, lost)) {
    if (lost)
      wakeRouter(id, wheel.now + 1, Wheel::Loser);
    return;
  }
  Direction port = position.input;
  forward(id, wavelet, position.outputs);
  Fifo &buffer = buffers[bufferId];
  buffer.pop(wheel.now);
  --waveletsInside;
  if (buffer.hasWaiter) {
    buffer.hasWaiter = false;
    wakeUpstream(id, port);
  }
  if (wavelet.isControl && ControlWavelet{wavelet.bits}.hasCommand())
    obey(router, ControlWavelet{wavelet.bits}.first());
  if (wavelet.isControl)
    wakeRouter(id, wheel.now + 1);
  else if (!buffer.empty())
    wakeRouter(id, std::max(wheel.now + 1, buffer.front().ready));
}

/// E31: all outputs can take the wavelet. `lost` is set if it should be tried
/// again in the next cycle; else it sleeps until room is made.
bool Simulator::canLeave(uint32_t id, const Wavelet &wavelet,
                         DirectionSet outputs, bool &lost) {
  RouterColour &router = routers[id];
  bool isLinkTaken = false;
  for (Direction side : outputs) {
    if (side == Direction::Ramp) {
      if (wavelet.isControl) // E42: dropped there.
        continue;
      if (!canDeliver(id))
        return false;
    } else {
      if (!findNeighbour(router, side, wavelet))
        return false;
      uint32_t target = inputOf(router.neighbours[static_cast<unsigned>(side)],
                                opposite(side));
      Fifo &buffer = buffers[target];
      if (!buffer.hasRoom(wheel.now)) {
        if (buffer.lastPop == wheel.now && buffer.count < buffer.ring.size())
          lost = true;
        else
          buffer.hasWaiter = true;
        return false;
      }
    }
    isLinkTaken |= links[router.pe][static_cast<unsigned>(side)] == wheel.now;
  }
  lost = isLinkTaken;
  return !isLinkTaken;
}

/// E35: the PE has a queue for the colour, with room.
bool Simulator::canDeliver(uint32_t id) {
  RouterColour &router = routers[id];
  uint32_t peId = processorOf[router.pe];
  if (peId == kNone)
    return false;
  ProcessorState &pe = processors[peId];
  if (pe.queueOf[router.colour] < 0)
    return false; // pe.bind wakes the router.
  Fifo &queue = pe.inputs[pe.queueOf[router.colour]];
  if (queue.hasRoom(wheel.now))
    return true;
  if (queue.lastPop == wheel.now && queue.count < queue.ring.size())
    wakeRouter(id, wheel.now + 1);
  else
    queue.hasWaiter = true;
  return false;
}

/// E33: the link leads to a router with a route.
bool Simulator::findNeighbour(RouterColour &router, Direction side,
                              const Wavelet &wavelet) {
  uint32_t &neighbour = router.neighbours[static_cast<unsigned>(side)];
  Point p = pointOf(router.pe), q = p + step(side);
  if (neighbour == kNone && routeMap.contains(q))
    neighbour = findRouter(peAt(q), router.colour);
  if (neighbour != kNone && routers[neighbour].route)
    return true;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "a wavelet of colour " << unsigned(router.colour) << " leaves PE " << p
     << " to the " << side << " and ";
  if (routeMap.contains(q))
    os << "PE " << q << " has no route for it";
  else
    os << "leaves the mesh";
  os << ": " << describe(router.route->op);
  fail(FailureKind::BadRoute, text);
  return false;
}

void Simulator::forward(uint32_t id, Wavelet wavelet, DirectionSet outputs) {
  const RouterColour &router = routers[id];
  Wavelet sent = wavelet;
  if (wavelet.isControl)
    sent.bits = ControlWavelet{wavelet.bits}.withoutFirst();
  for (Direction side : outputs) {
    links[router.pe][static_cast<unsigned>(side)] = wheel.now;
    if (options.trace)
      options.trace->waveletHopped(pointOf(router.pe), side, router.colour,
                                   wavelet.bits, wheel.now);
    if (side != Direction::Ramp) {
      sent.ready = wheel.now + machine.hop;
      ++result.waveletHops;
      arrive(router.neighbours[static_cast<unsigned>(side)], opposite(side),
             sent);
      continue;
    }
    if (wavelet.isControl)
      continue;
    sent.ready = wheel.now + machine.ramp;
    uint32_t peId = processorOf[router.pe];
    ProcessorState &pe = processors[peId];
    pe.inputs[pe.queueOf[router.colour]].push(sent);
    ++waveletsInside;
    wakeProcessor(peId, sent.ready);
  }
}

/// Puts a wavelet into an input buffer; its router looks at it when it can
/// leave.
void Simulator::arrive(uint32_t id, Direction port, const Wavelet &wavelet) {
  Fifo &buffer = buffers[inputOf(id, port)];
  buffer.push(wavelet);
  ++waveletsInside;
  RouterColour &router = routers[id];
  if (buffer.count == 1 &&
      router.route->positions[router.position].input == port)
    wakeRouter(id, wavelet.ready);
}

/// E42, on this router's entry.
void Simulator::obey(RouterColour &router, pe::Command command) {
  unsigned last = router.route->positions.size() - 1;
  if (command == pe::Command::Reset)
    router.position = 0;
  else if (command == pe::Command::Advance)
    router.position = router.position < last ? router.position + 1
                      : router.route->wraps  ? 0
                                             : last;
}

/// Tells whoever fills this buffer that there is room from the next cycle on.
void Simulator::wakeUpstream(uint32_t id, Direction port) {
  const RouterColour &router = routers[id];
  if (port == Direction::Ramp)
    return wakeRamp(processorOf[router.pe], wheel.now + 1);
  Point q = pointOf(router.pe) + step(port);
  if (routeMap.contains(q))
    return wakeRouter(findRouter(peAt(q), router.colour), wheel.now + 1);
  wakePort(portOf.at({router.pe, port}), wheel.now + 1);
}
