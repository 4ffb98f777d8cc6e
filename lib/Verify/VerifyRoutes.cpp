//===- VerifyRoutes.cpp - routes against streams ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  wafer.program with streams and routes.
// Out: the same, or errors by rule (R1 to R5 of the pass description).
//
// 1. The channels of each stream are listed (Channels.cpp) and cut by the
//    colour with which its routes take them in at the source: from the ramp, or
//    from the side of a port.
// 2. For each epoch, the wavelets of each stream are followed through its
//    routes (RecoverStreams.h), and what they reach is compared with what the
//    channels ask for; then those of all streams through all routes.
// 3. The epoch of a task, counted by the barriers before it, has to be one for
//    which its streams have routes.
//
//===----------------------------------------------------------------------===//

#include "Channels.h"
#include "PointDiagnostics.h"
#include "wafer/Route/RecoverStreams.h"
#include "wafer/Verify/Passes.h"

#include <map>
#include <set>

#define DEBUG_TYPE "wafer-verify-routes"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_VERIFYROUTES
#include "wafer/Verify/Passes.h.inc"

using namespace verify;

namespace {

/// Errors of one epoch that are shown.
constexpr unsigned kMaxFaults = 4;

struct Epoch {
  std::vector<RouteEntry> entries;
  std::vector<mesh::RouteOp> ops; // of each entry
  std::vector<WantedStreams> wanted;
};

class ProgramCheck {
public:
  explicit ProgramCheck(mesh::ProgramOp program) : program(program) {}

  LogicalResult run() {
    if (failed(collectEntries()) || failed(checkEpochs()))
      return failure();
    for (auto stream : program.getBody().getOps<mesh::StreamOp>())
      if (failed(collectStream(stream)))
        return failure();
    bool ok = true;
    for (auto &[number, epoch] : epochs)
      ok &= succeeded(checkEpoch(number, epoch));
    return success(ok);
  }

private:
  LogicalResult collectEntries();
  LogicalResult checkEpochs();
  LogicalResult collectStream(mesh::StreamOp stream);
  LogicalResult collectPiece(mesh::StreamOp stream, const StreamPiece &piece,
                             unsigned number, Epoch &epoch);
  LogicalResult checkEpoch(unsigned number, const Epoch &epoch);
  LogicalResult checkFaults(unsigned number, const Epoch &epoch);

  mesh::ProgramOp program;
  std::map<unsigned, Epoch> epochs;
  /// Epochs for which a stream has routes.
  llvm::DenseMap<StringAttr, std::set<unsigned>> epochsOf;
};

LogicalResult ProgramCheck::collectEntries() {
  machine::DescAttr machine = program.getMachine();
  for (auto route : program.getBody().getOps<mesh::RouteOp>()) {
    int64_t colour = route.getColour();
    if (colour >= machine.getUsableColours()) // R1
      return route.emitError("stream ")
             << route.getStreamAttr() << " uses colour " << colour << " at PE "
             << route.getOn().getRegion().anyPoint() << " but "
             << machine.getName().getValue()
             << " offers 0:" << machine.getUsableColours();
    if (route.getPositions().size() != 1)
      return route.emitError("route of stream ")
             << route.getStreamAttr() << " has " << route.getPositions().size()
             << " positions; what control wavelets do is not verified";
    auto hop = cast<machine::HopAttr>(route.getPositions()[0]);
    Epoch &epoch = epochs[route.getEpoch()];
    epoch.entries.push_back({unsigned(colour), route.getOn().getRegion(),
                             hop.getInput(),
                             DirectionSet::fromBits(hop.getOutputs())});
    epoch.ops.push_back(route);
    epochsOf[route.getStreamAttr().getAttr()].insert(route.getEpoch());
  }
  return success();
}

/// R5.
LogicalResult ProgramCheck::checkEpochs() {
  unsigned epoch = 0;
  for (Operation &member : program.getBody().getOps()) {
    if (auto barrier = dyn_cast<mesh::BarrierOp>(member)) {
      if (barrier.getEpoch() != epoch + 1)
        return barrier.emitError("epoch ")
               << barrier.getEpoch() << " follows epoch " << epoch;
      epoch = barrier.getEpoch();
    }
    auto task = dyn_cast<mesh::TaskOp>(member);
    if (!task)
      continue;
    auto isRouted = [&](Operation *op, Attribute operand) {
      auto stream = dyn_cast<pe::StreamAttr>(operand);
      if (!stream || epochsOf[stream.getName().getAttr()].count(epoch))
        return true;
      op->emitError("stream ") << stream.getName() << " has no routes in epoch "
                               << epoch << ", in which it is used here";
      return false;
    };
    WalkResult result = task.getBody().walk([&](pe::VectorOp op) {
      bool ok = isRouted(op, op.getDestination());
      for (Attribute source : op.getSourcesAttr())
        ok = ok && isRouted(op, source);
      return ok ? WalkResult::advance() : WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      return failure();
  }
  return success();
}

/// Cuts the sources of `piece` by the colours on which they send.
LogicalResult ProgramCheck::collectPiece(mesh::StreamOp stream,
                                         const StreamPiece &piece,
                                         unsigned number, Epoch &epoch) {
  Direction from = piece.fromPort.value_or(Direction::Ramp);
  wafer::Region open = piece.sources;
  std::map<unsigned, wafer::Region> byColour;
  for (auto [entry, op] : llvm::zip(epoch.entries, epoch.ops)) {
    if (op.getStream() != stream.getSymName() || entry.input != from)
      continue;
    wafer::Region here = entry.region.intersect(piece.sources);
    for (auto &[colour, region] : byColour)
      if (colour != entry.colour && !region.isDisjoint(here)) // R2
        return op.emitError("source PE ")
               << region.intersect(here).anyPoint() << " sends stream @"
               << stream.getSymName() << " on colours " << colour << " and "
               << entry.colour << " in epoch " << number;
    byColour[entry.colour] = byColour[entry.colour].unite(here);
    open = open.subtract(here);
  }
  if (!open.empty()) // R3
    return stream.emitError("source PE ")
           << open.anyPoint() << " of stream @" << stream.getSymName()
           << " has no route that starts at its " << stringifyDirection(from)
           << " in epoch " << number;
  for (auto &[colour, region] : byColour)
    for (const StridedRect &rect : region.splitAtHoles()) {
      StreamPiece part = piece;
      part.sources = rect;
      epoch.wanted.push_back(
          {stream.getSymName().str(), colour, std::move(part)});
    }
  return success();
}

LogicalResult ProgramCheck::collectStream(mesh::StreamOp stream) {
  FailureOr<Channels> channels = Channels::get(stream);
  if (failed(channels))
    return failure();
  const std::set<unsigned> &routed = epochsOf[stream.getSymNameAttr()];
  std::vector<StreamPiece> pieces = channels->getPieces();
  if (routed.empty() && !pieces.empty()) // R3
    return stream.emitError("stream @")
           << stream.getSymName() << " has no routes";
  for (unsigned number : routed)
    for (const StreamPiece &piece : pieces)
      if (failed(collectPiece(stream, piece, number, epochs[number])))
        return failure();
  return success();
}

/// R3, R4: the routes of each stream lead where it wants to go; R1: nor do
/// those of others lead elsewhere.
LogicalResult ProgramCheck::checkEpoch(unsigned number, const Epoch &epoch) {
  llvm::MapVector<StringRef, Epoch> byStream;
  for (auto [entry, op] : llvm::zip(epoch.entries, epoch.ops)) {
    Epoch &part = byStream[mesh::RouteOp(op).getStream()];
    part.entries.push_back(entry);
    part.ops.push_back(op);
  }
  for (const WantedStreams &wanted : epoch.wanted)
    byStream[wanted.net].wanted.push_back(wanted);
  bool ok = true;
  for (const auto &[name, part] : byStream)
    ok &= succeeded(checkFaults(number, part));
  return ok ? checkFaults(number, epoch) : failure();
}

LogicalResult ProgramCheck::checkFaults(unsigned number, const Epoch &epoch) {
  std::vector<RouteFault> faults =
      verifyRoutes(epoch.wanted, epoch.entries, kMaxFaults);
  // Where the fault is, else where its wavelets come from.
  auto locate = [&](const RouteFault &fault) {
    for (std::optional<Point> pe : {std::optional(fault.pe), fault.source})
      for (auto [entry, op] : llvm::zip(epoch.entries, epoch.ops))
        if (pe && entry.colour == fault.colour && entry.region.contains(*pe))
          return mesh::RouteOp(op).getLoc();
    return program.getLoc();
  };
  for (const RouteFault &fault : faults)
    mlir::emitError(locate(fault))
        << fault.message << " (epoch " << number << ")";
  return success(faults.empty());
}

struct VerifyRoutes : impl::VerifyRoutesBase<VerifyRoutes> {
  void runOnOperation() override {
    bool ok = true;
    for (auto program : getOperation().getOps<mesh::ProgramOp>())
      ok &= succeeded(ProgramCheck(program).run());
    if (!ok)
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace wafer
