//===- RoutingState.h - Shapes, channels and their conflicts --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_ROUTE_ROUTINGSTATE_H
#define WAFER_LIB_ROUTE_ROUTINGSTATE_H

#include "Colouring.h"
#include "MulticastTree.h"

#include <map>

namespace wafer::route_detail {

/// Families that must have one colour: those of a net that keep apart, and
/// those of other nets that are the same channels.
struct Channel {
  unsigned epoch = 0;
  /// Indices into RoutingState::families.
  std::vector<unsigned> families;
  /// The groups of the nets in it.
  std::vector<unsigned> groups;
};

/// One way of routing everything, coloured or not.
struct Attempt {
  std::vector<Channel> channels;
  ConflictGraph graph{0};
  std::vector<unsigned> colours;
  bool succeeded = false;
  /// Smaller is better: colours used, then channels beyond the usable ones.
  std::pair<unsigned, unsigned> score;
};

/// The families of all pieces in the shapes tried so far, and which of them
/// meet. Families are computed once for each shape.
class RoutingState {
public:
  explicit RoutingState(const RouteProblem &problem) : problem(problem) {}

  struct PieceId {
    unsigned net, piece;
    bool operator<(PieceId o) const {
      return std::tie(net, piece) < std::tie(o.net, o.piece);
    }
  };

  /// Gives every piece the shape with fewer families, then fewer hops. False if
  /// a piece needs more colours alone than there are; it is left in `culprit`.
  bool chooseShapes(PieceId &culprit);

  /// True if the piece has another shape with other hops.
  bool canFlip(PieceId piece);
  void flip(PieceId piece);

  /// Colours the current shapes. `coherent` keeps the parts of a net that do
  /// not meet in one colour.
  Attempt attempt(bool coherent);

  const Family &family(unsigned index) const { return families[index]; }
  const RouteProblem &getProblem() const { return problem; }
  /// The usable colours in each of which no conflict is allowed.
  unsigned numColours() const { return problem.colours.size(); }

private:
  /// Indices of the families of a piece in a shape; none if it needs too many.
  const std::optional<std::vector<unsigned>> &familiesOf(PieceId piece,
                                                         TreeShape shape);
  std::vector<Channel> buildChannels(bool coherent);
  void mergeSameChannels(std::vector<Channel> &channels);
  bool meets(unsigned a, unsigned b);
  /// True if the channels need different colours.
  bool conflict(const Channel &a, const Channel &b);

  const RouteProblem &problem;
  std::vector<Family> families;
  std::map<std::pair<PieceId, TreeShape>, std::optional<std::vector<unsigned>>>
      byShape;
  std::map<PieceId, TreeShape> shapes;
  TreeCache trees;
  std::map<std::pair<unsigned, unsigned>, bool> meeting;
};

/// The PE of one epoch that the most pairwise conflicting channels cross, with
/// these channels, increasing.
struct CrowdedPE {
  Point pe;
  unsigned epoch = 0;
  std::vector<unsigned> channels;
};
CrowdedPE findMostCrowded(const RoutingState &state, const Attempt &attempt);

} // namespace wafer::route_detail

#endif // WAFER_LIB_ROUTE_ROUTINGSTATE_H
