//===- Rotation.cpp - pairs of lanes turned by angles -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rotation.h"

using namespace mlir;

namespace wafer::graph {

namespace {

/// Matches the sums of an anchor's lanes.
class RotationMatcher {
public:
  RotationMatcher(ArrayRef<LaneSum> sums, LaneNames &names)
      : sums(sums), names(names) {}

  std::optional<Rotation> match();

private:
  ArrayRef<LaneSum> sums;
  LaneNames &names;
  Rotation rotation;

  /// One table as the terms of the pairs have it.
  struct Angle {
    LaneTensor table;
    SmallVector<int64_t> lanes;
    bool isNegative = false;
  };

  bool matchFront();
  std::pair<int64_t, int64_t> getPair(int64_t index) const;
  const LaneTerm *findTerm(int64_t lane, int64_t source) const;
  static constexpr unsigned kNoTable = ~0u;
  std::pair<SignedLane, bool> getName(const LaneTerm &term);
  bool matchPairs();
  std::optional<Angle> readAngle(bool isSin, bool isSecond);
  bool readAngles();
};

} // namespace

/// Counts the lanes that are turned, and checks those that stay.
bool RotationMatcher::matchFront() {
  rotation.count = sums.size();
  while (rotation.rotated < rotation.count &&
         sums[rotation.rotated].size() == 2)
    ++rotation.rotated;
  if (rotation.rotated < 2 || rotation.rotated % 2 != 0)
    return false;
  rotation.first = std::min(sums[0][0].lane, sums[0][1].lane);
  for (int64_t lane = rotation.rotated; lane < rotation.count; ++lane) {
    const LaneSum &sum = sums[lane];
    if (sum.size() != 1 || sum[0].table.value || sum[0].isNegative ||
        sum[0].lane != rotation.first + lane)
      return false;
  }
  return true;
}

std::pair<int64_t, int64_t> RotationMatcher::getPair(int64_t index) const {
  if (rotation.interleaved)
    return {2 * index, 2 * index + 1};
  return {index, index + rotation.rotated / 2};
}

/// The term of `lane` with lane `source` of the rotated ones.
const LaneTerm *RotationMatcher::findTerm(int64_t lane, int64_t source) const {
  const LaneSum &sum = sums[lane];
  for (const LaneTerm &term : sum)
    if (term.lane == rotation.first + source)
      return &term;
  return nullptr;
}

/// The table's lane, and whether the term as a whole is negative. A factor of 1
/// has been dropped, as cos(0) is.
std::pair<SignedLane, bool> RotationMatcher::getName(const LaneTerm &term) {
  if (!term.table.value)
    return {SignedLane{kNoTable}, term.isNegative};
  SignedLane name = names.get(term.table)[term.tableLane];
  return {name, term.isNegative != name.isNegative};
}

bool RotationMatcher::matchPairs() {
  for (int64_t i = 0; i < rotation.rotated / 2; ++i) {
    auto [a, b] = getPair(i);
    const LaneTerm *aa = findTerm(a, a), *ab = findTerm(a, b),
                   *ba = findTerm(b, a), *bb = findTerm(b, b);
    if (!aa || !ab || !ba || !bb)
      return false;
    auto [cosA, cosASign] = getName(*aa);
    auto [cosB, cosBSign] = getName(*bb);
    auto [sinA, sinASign] = getName(*ab);
    auto [sinB, sinBSign] = getName(*ba);
    if (cosA.id != cosB.id || cosASign != cosBSign || sinA.id != sinB.id ||
        sinASign == sinBSign || (!aa->table.value && !ab->table.value))
      return false;
  }
  return true;
}

/// cos or sin from the first or second lanes of the pairs.
std::optional<RotationMatcher::Angle>
RotationMatcher::readAngle(bool isSin, bool isSecond) {
  Angle angle;
  for (int64_t i = 0; i < rotation.rotated / 2; ++i) {
    auto [a, b] = getPair(i);
    int64_t lane = isSecond ? b : a;
    const LaneTerm &term = *findTerm(lane, isSin == isSecond ? a : b);
    // -sin stands with the first lanes.
    bool isNegative = term.isNegative != (isSin && !isSecond);
    if (i == 0)
      angle = {term.table, {}, isNegative};
    if (!(term.table == angle.table) || isNegative != angle.isNegative)
      return std::nullopt;
    angle.lanes.push_back(term.tableLane);
  }
  return angle;
}

/// From the first lanes if they have the sign of the op, else from the second
/// ones, else negated.
bool RotationMatcher::readAngles() {
  for (bool isSin : {false, true}) {
    std::optional<LaneSelection> selection;
    bool negates = true;
    for (bool isSecond : {false, true}) {
      std::optional<Angle> angle = readAngle(isSin, isSecond);
      if (!angle || !negates || (selection && angle->isNegative))
        continue;
      if (auto found = selectLanes(angle->table, angle->lanes)) {
        selection = found;
        negates = angle->isNegative;
      }
    }
    if (!selection)
      return false;
    (isSin ? rotation.sin : rotation.cos) = *selection;
    (isSin ? rotation.negatesSin : rotation.negatesCos) = negates;
  }
  return true;
}

std::optional<Rotation> RotationMatcher::match() {
  if (!matchFront())
    return std::nullopt;
  for (bool interleaved : {false, true}) {
    rotation.interleaved = interleaved;
    if (matchPairs() && readAngles())
      return rotation;
  }
  return std::nullopt;
}

std::optional<Rotation> matchRotation(ArrayRef<LaneSum> sums,
                                      LaneNames &names) {
  return RotationMatcher(sums, names).match();
}

} // namespace wafer::graph
