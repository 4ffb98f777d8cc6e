//===- Sources.cpp - who writes what each PE reads --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A router has one live input for a colour, so following inputs upstream from
// any router ends at one source: the routers of a colour form a forest. Each is
// walked once, towards its root, until a router that is known.
//
//===----------------------------------------------------------------------===//

#include "Sources.h"

using namespace wafer;
using namespace wafer::exec;

std::vector<PortStream> exec::collectPortStreams(const LoadedModule &module) {
  std::vector<PortStream> ports;
  std::map<std::tuple<Point, Direction, unsigned>, size_t> known;
  for (const Feed &feed : module.feeds)
    feed.region.forEachPoint([&](Point p) {
      auto [it, isNew] =
          known.insert({{p, feed.side, feed.colour}, ports.size()});
      if (isNew)
        ports.push_back(
            {p,
             feed.side,
             feed.colour,
             {},
             std::max<int64_t>(1, module.getPortRate(feed.side, p))});
      ports[it->second].feeds.push_back(&feed);
    });
  return ports;
}

static constexpr int32_t kUnknown = INT32_MIN;

ColourSources::ColourSources(const LoadedModule &module, const RouteMap &map,
                             llvm::ArrayRef<PortStream> ports,
                             llvm::ArrayRef<uint32_t> readers, unsigned epoch,
                             unsigned colour) {
  if (!map.isUsed(epoch, colour))
    return;
  int64_t width = module.machine.width;
  auto pointOf = [&](uint32_t pe) { return Point{pe % width, pe / width}; };
  auto routeOf = [&](Point p) { return map.find(epoch, colour, p); };
  size_t pes = width * module.machine.height;
  roots.assign(pes, kUnknown);
  hops.assign(pes, 0);
  delivers.assign(pes, false);
  std::map<std::pair<Point, Direction>, size_t> portAt;
  for (auto [i, port] : llvm::enumerate(ports))
    if (port.colour == colour)
      portAt[{port.p, port.side}] = i;

  std::vector<uint32_t> path;
  for (uint32_t start = 0; start < pes; ++start) {
    if (roots[start] != kUnknown)
      continue;
    path.clear();
    int32_t root = Source::kNobody;
    uint32_t distance = 0;
    for (uint32_t pe = start;;) {
      if (roots[pe] != kUnknown) { // Known, or on this very path: a loop of
                                   // routes has no source.
        root = roots[pe];
        distance = hops[pe] + 1;
        break;
      }
      const Route *route = routeOf(pointOf(pe));
      if (!route) {
        roots[pe] = root;
        break;
      }
      path.push_back(pe);
      roots[pe] = Source::kNobody;
      Direction input = route->positions.front().input;
      if (input == Direction::Ramp) {
        root = pe;
        break;
      }
      Point p = pointOf(pe), q = p + step(input);
      if (!map.contains(q)) {
        auto port = portAt.find({p, input});
        if (port != portAt.end()) {
          root = Source::ofPort(port->second).id;
          distance = 1;
        }
        break;
      }
      const Route *before = routeOf(q);
      if (!before ||
          !before->positions.front().outputs.contains(opposite(input)))
        break;
      pe = q.y * width + q.x;
    }
    for (size_t i = path.size(); i-- > 0; ++distance) {
      roots[path[i]] = root;
      hops[path[i]] = distance;
    }
  }

  auto leak = [&](int32_t root, bool isBadRoute, Point p,
                  const llvm::Twine &what) {
    std::string text;
    llvm::raw_string_ostream(text)
        << "a wavelet of colour " << colour << " at PE " << p << " " << what;
    auto [it, isNew] = leaks.try_emplace(root, Leak{isBadRoute, text});
    if (!isNew && isBadRoute && !it->second.isBadRoute)
      it->second = {isBadRoute, text};
  };
  for (uint32_t pe = 0; pe < pes; ++pe) {
    Point p = pointOf(pe);
    const Route *route = routeOf(p);
    int32_t root = roots[pe];
    if (!route || root == Source::kNobody)
      continue;
    if (root != static_cast<int32_t>(pe))
      ++links[root];
    for (Direction side : route->positions.front().outputs) {
      Point q = p + step(side);
      if (side == Direction::Ramp) {
        delivers[pe] = true;
        ++deliveries[root];
        if (!readers[pe])
          leak(root, false, p, "has no reader");
      } else if (!map.contains(q)) {
        leak(root, true, p, "leaves the mesh");
      } else if (const Route *next = routeOf(q); !next) {
        std::string text;
        llvm::raw_string_ostream(text) << "leaves to the " << side << " and PE "
                                       << q << " has no route for it";
        leak(root, true, p, text);
      } else if (next->positions.front().input != opposite(side)) {
        leak(root, false, q, "waits at an input that is not live");
      }
    }
  }
}

ColourSources::ColourSources(const LoadedModule &module,
                             llvm::ArrayRef<PortStream> ports,
                             llvm::ArrayRef<uint32_t> readers,
                             unsigned stream) {
  const StreamChannels &channels = module.streams[stream];
  int64_t width = module.machine.width;
  auto pointOf = [&](uint32_t pe) { return Point{pe % width, pe / width}; };
  size_t pes = channels.sourceOf.size();
  roots.assign(pes, Source::kNobody);
  hops.assign(pes, 0);
  delivers.assign(pes, false);
  std::vector<int32_t> portAt(channels.side ? pes : 0, Source::kNobody);
  if (channels.side)
    for (auto [i, port] : llvm::enumerate(ports))
      if (port.colour == stream)
        portAt[port.p.y * width + port.p.x] = Source::ofPort(i).id;
  for (uint32_t pe = 0; pe < pes; ++pe) {
    int32_t from = channels.sourceOf[pe];
    if (from == StreamChannels::kNobody)
      continue;
    Point p = pointOf(pe), q = pointOf(from);
    roots[pe] = channels.side ? portAt[from] : from;
    hops[pe] =
        std::abs(p.x - q.x) + std::abs(p.y - q.y) + (channels.side ? 1 : 0);
    delivers[pe] = true;
    ++deliveries[roots[pe]];
    if (readers[pe])
      continue;
    std::string text;
    llvm::raw_string_ostream(text) << "an element of stream @" << channels.name
                                   << " at PE " << p << " has no reader";
    leaks.try_emplace(roots[pe], Leak{/*isBadRoute=*/false, text});
  }
}
