//===- Ports.cpp - feeds that enter at the edge -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Simulator.h"

using namespace wafer;
using namespace wafer::exec;

void Simulator::makePorts() {
  for (const Feed &feed : module.feeds)
    feed.region.forEachPoint([&](Point p) {
      auto [it, isNew] = portOf.insert(
          {{peAt(p), feed.side}, static_cast<uint32_t>(ports.size())});
      if (isNew) {
        ports.emplace_back();
        ports.back().pe = peAt(p);
        ports.back().side = feed.side;
        ports.back().rate =
            std::max<int64_t>(1, module.getPortRate(feed.side, p));
      }
      auto &streams = ports[it->second].streams;
      auto same = llvm::find_if(streams, [&](const PortState::Stream &s) {
        return s.colour == feed.colour;
      });
      if (same == streams.end())
        same = streams.insert(streams.end(),
                              {feed.colour, {}, 0, std::nullopt, std::nullopt});
      same->feeds.push_back(&feed);
    });
}

void Simulator::startPorts(int64_t launch) {
  for (uint32_t id = 0; id < ports.size(); ++id) {
    PortState &port = ports[id];
    port.wakeAt = kNever;
    port.nextMilli = 0;
    Point p = pointOf(port.pe);
    for (PortState::Stream &stream : port.streams) {
      stream.current = 0;
      stream.cursor.emplace(stream.feeds.front()->nest,
                            ExprValues{p.x, p.y, launch});
      stream.words.emplace(memory, stream.feeds.front()->host);
    }
    wakePort(id, 0);
  }
}

/// Goes to the stream's next feed while the current one has no element left;
/// false if there is none.
bool Simulator::settle(PortState &port, PortState::Stream &stream) {
  while (stream.cursor->isDone()) {
    if (++stream.current >= stream.feeds.size()) {
      stream.current = stream.feeds.size();
      return false;
    }
    Point p = pointOf(port.pe);
    int64_t launch = result.cyclesPerLaunch.size();
    stream.cursor.emplace(stream.feeds[stream.current]->nest,
                          ExprValues{p.x, p.y, launch});
    stream.words.emplace(memory, stream.feeds[stream.current]->host);
  }
  return true;
}

/// Sends one wavelet of the stream, or waits for room.
bool Simulator::sendFrom(PortState &port, PortState::Stream &stream) {
  const Feed &feed = *stream.feeds[stream.current];
  uint32_t router = findRouter(port.pe, stream.colour);
  if (router == kNone || !routers[router].outputs) {
    std::string text;
    llvm::raw_string_ostream(text)
        << "a feed enters PE " << pointOf(port.pe) << " on colour "
        << stream.colour
        << " and finds no route: " << describe(pe::FeedOp(feed.op));
    fail(FailureKind::BadRoute, text);
    return false;
  }
  uint32_t target = inputOf(router, port.side);
  Buffer &buffer = buffers[target];
  if (!buffer.hasRoom(wheel.now)) {
    if (buffer.getsRoom(wheel.now))
      wakePort(&port - ports.data(), wheel.now + 1);
    else
      buffer.hasWaiter = true;
    return false;
  }
  int64_t index = stream.cursor->getIndex();
  if (index < 0 || index >= stream.words->size()) {
    std::string text;
    llvm::raw_string_ostream(text)
        << "element " << index << " of host tensor @"
        << pe::HostOp(feed.host).getSymName()
        << " does not exist: " << describe(pe::FeedOp(feed.op));
    fail(FailureKind::BadAccess, text);
    return false;
  }
  Wavelet wavelet;
  wavelet.ready = wheel.now + machine.hop;
  wavelet.bits = (*stream.words)[index];
  wavelet.colour = stream.colour;
  ++result.waveletsSent;
  ++result.waveletHops;
  arrive(target, wavelet);
  stream.cursor->advance();
  return true;
}

/// E44: at most one wavelet a cycle and at most the port's rate; the colours of
/// a port take turns.
void Simulator::visitPort(uint32_t id) {
  PortState &port = ports[id];
  if (port.wakeAt != wheel.now)
    return;
  port.wakeAt = kNever;
  uint64_t allowed = (port.nextMilli + 999) / 1000;
  if (wheel.now < allowed)
    return wakePort(id, allowed);
  for (uint32_t i = 1; i <= port.streams.size(); ++i) {
    uint32_t turn = (port.lastStream + i) % port.streams.size();
    PortState::Stream &stream = port.streams[turn];
    if (!settle(port, stream) || !sendFrom(port, stream))
      continue;
    port.lastStream = turn;
    // A wavelet that leaves in the first cycle in which it may does not push
    // the later ones: rates that are no divisor of 1000 would come out lower.
    if (allowed < wheel.now)
      port.nextMilli = wheel.now * 1000;
    port.nextMilli += 1000000 / port.rate;
    return wakePort(id, std::max(wheel.now + 1, (port.nextMilli + 999) / 1000));
  }
}
