//===- Channels.h - the channels of a stream, axis by axis ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What wafer.stream says, listed: indices that both axes depend on are
// enumerated; for each of their values the family is a product of a list along
// x and a list along y. Shares no code with the router's view of families.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_CHANNELS_H
#define WAFER_LIB_VERIFY_CHANNELS_H

#include "dialects/Wafer/Wafer.h"
#include "wafer/Route/RouteProblem.h"

namespace wafer::verify {

/// A source's coordinate on one axis, and its readers' [begin, end).
struct AxisEntry {
  int64_t source, begin, end;

  bool containsSource() const { return begin <= source && source < end; }
  bool operator<(const AxisEntry &o) const {
    return std::tie(source, begin, end) < std::tie(o.source, o.begin, o.end);
  }
};

/// The channels of every entry of `x` with every entry of `y`. No channel is
/// without readers.
struct ChannelProduct {
  std::vector<AxisEntry> x, y;
};

class Channels {
public:
  /// Fails with a diagnostic if there are too many entries to list.
  static mlir::FailureOr<Channels> get(mesh::StreamOp stream);

  llvm::ArrayRef<ChannelProduct> getProducts() const { return products; }
  /// Does the source read what it sends? Only what enters at a port.
  bool isFromPort() const { return side.has_value(); }

  /// PEs where a channel starts, and the number of channels.
  Region getSources() const;
  int64_t countChannels() const;
  /// PEs that read a channel, if no PE is the source of several channels.
  Region getReaders() const;
  /// The sum of readers over all channels.
  int64_t countReaders() const;
  /// The same as pieces, to be compared with routes.
  std::vector<StreamPiece> getPieces() const;

private:
  std::optional<Direction> side;
  std::vector<ChannelProduct> products;
};

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_CHANNELS_H
