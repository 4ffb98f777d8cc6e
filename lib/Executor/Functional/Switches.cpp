//===- Switches.cpp - colours whose routers have positions ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Wavelets of a switched colour go router by router, with unbounded buffers at
// every input port (E31, E42, E43). What is delivered does not depend on the
// order in which routers are looked at: each one takes from its live input
// only.
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

using namespace wafer;
using namespace wafer::exec;

/// The origin of the source's next wavelet.
Delivery Engine::originOf(unsigned colour, Source source, bool isControl) {
  uint64_t &sent = switchedSent[{colour, source.id}];
  // From a port it has crossed a link when it reaches its first router.
  uint32_t hops = source.isPort();
  return {source.id, hops, isControl ? sent : sent++};
}

/// A wavelet reaches a router.
bool Engine::inject(unsigned colour, uint32_t pe, Direction port, Item item) {
  // One worker: any group's counters will do.
  uint64_t &hops = groups.front().counters.hops;
  std::deque<std::tuple<uint32_t, Direction, Item>> arrivals = {
      {pe, port, item}};
  while (!arrivals.empty()) {
    auto [at, input, wavelet] = arrivals.front();
    arrivals.pop_front();
    SwitchRouter &router = switchRouters[{colour, at}];
    Point p = pointOf(at);
    if (!router.route)
      router.route = fabric.routeMap.find(epoch, colour, p);
    if (!router.route) {
      std::string text;
      llvm::raw_string_ostream(text)
          << "a wavelet of colour " << colour << " reaches PE " << p
          << ", which has no route for it";
      fail(FailureKind::BadRoute, text);
      return false;
    }
    router.inputs[static_cast<unsigned>(input)].push_back(wavelet);
    while (true) {
      const Route::Position &position =
          router.route->positions[router.position];
      std::deque<Item> &live =
          router.inputs[static_cast<unsigned>(position.input)];
      if (live.empty())
        break;
      Item item = live.front();
      live.pop_front();
      ControlWavelet control{item.bits};
      Item sent = {item.isControl ? control.withoutFirst() : item.bits,
                   item.isControl, item.origin};
      ++sent.origin.hops;
      for (Direction side : position.outputs) {
        if (side != Direction::Ramp) {
          Point q = p + step(side);
          if (!fabric.routeMap.contains(q)) {
            std::string text;
            llvm::raw_string_ostream(text)
                << "a wavelet of colour " << colour << " at PE " << p
                << " leaves the mesh";
            fail(FailureKind::BadRoute, text);
            return false;
          }
          ++hops;
          arrivals.push_back({peAt(q), opposite(side), sent});
          continue;
        }
        if (item.isControl)
          continue;
        uint32_t group = grouping.groupOf[at];
        uint32_t stream = group == UINT32_MAX ? UINT32_MAX
                          : !groups[group].readers[colour].isConnected()
                              ? UINT32_MAX
                              : groups[group].readers[colour].parts[0].stream;
        if (stream == UINT32_MAX) {
          ++stuck;
          llvm::raw_string_ostream(stuckText = "")
              << "PE " << p << ", colour " << colour << ": has no reader";
          continue;
        }
        WordBuffer buffer = streams[stream].obtain(1);
        buffer.words[0] = item.bits;
        streams[stream].push(1, std::move(buffer));
        deliveries[{group, colour}].push_back(item.origin);
        announce(stream);
      }
      if (!item.isControl || !control.hasCommand())
        continue;
      unsigned last = router.route->positions.size() - 1;
      if (control.first() == pe::Command::Reset)
        router.position = 0;
      else if (control.first() == pe::Command::Advance)
        router.position = router.position < last ? router.position + 1
                          : router.route->wraps  ? 0
                                                 : last;
    }
  }
  return true;
}
