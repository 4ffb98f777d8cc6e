//===- Sources.h - who writes what each PE reads ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_FUNCTIONAL_SOURCES_H
#define WAFER_LIB_EXECUTOR_FUNCTIONAL_SOURCES_H

#include "wafer/Executor/Machine/RouteMap.h"
#include "llvm/ADT/DenseMap.h"

namespace wafer::exec {

/// The feeds of one colour at one port, which follow each other.
struct PortStream {
  Point p;
  Direction side;
  unsigned colour;
  std::vector<const Feed *> feeds;
  int64_t rate;
};
std::vector<PortStream> collectPortStreams(const LoadedModule &module);

/// A PE (its index y * width + x), a port stream, or nobody.
struct Source {
  static constexpr int32_t kNobody = -1;
  int32_t id = kNobody;
  static Source ofPort(size_t port) {
    return {static_cast<int32_t>(-2 - static_cast<int64_t>(port))};
  }
  bool isPE() const { return id >= 0; }
  bool isPort() const { return id <= -2; }
  size_t getPort() const { return -2 - static_cast<int64_t>(id); }
};

/// Where a wavelet of a source gets lost or stuck.
struct Leak {
  /// True: a failure at once (E33); false: it waits for ever (E36).
  bool isBadRoute;
  std::string text;
};

/// One colour in one epoch, without switches: a forest of routes, walked once.
class ColourSources {
public:
  ColourSources(const LoadedModule &module, const RouteMap &map,
                llvm::ArrayRef<PortStream> ports,
                llvm::ArrayRef<uint32_t> readers, unsigned epoch,
                unsigned colour);

  /// The channels of a stream in the place of a colour. Hops are those of a
  /// shortest way; nobody counts links.
  ColourSources(const LoadedModule &module, llvm::ArrayRef<PortStream> ports,
                llvm::ArrayRef<uint32_t> readers, unsigned stream);

  /// Who writes what this PE's router delivers to its ramp.
  Source getSource(uint32_t pe) const {
    return {delivers.empty() || !delivers[pe] ? Source::kNobody : roots[pe]};
  }
  /// Links from the source to this PE's router.
  uint32_t getHops(uint32_t pe) const { return hops[pe]; }
  /// Links that one wavelet of the source crosses.
  uint32_t getLinks(Source source) const { return links.lookup(source.id); }
  /// PEs to whose ramps a wavelet of the source goes.
  uint32_t countDeliveries(Source source) const {
    return deliveries.lookup(source.id);
  }
  /// What happens to a wavelet of this source besides reaching readers; nullptr
  /// if nothing.
  const Leak *getLeak(Source source) const {
    auto it = leaks.find(source.id);
    return it == leaks.end() ? nullptr : &it->second;
  }

private:
  /// By PE: the source at the end of the way upstream, and whether the router
  /// delivers.
  std::vector<int32_t> roots;
  std::vector<bool> delivers;
  std::vector<uint32_t> hops;
  llvm::DenseMap<int32_t, uint32_t> links, deliveries;
  llvm::DenseMap<int32_t, Leak> leaks;
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_SOURCES_H
