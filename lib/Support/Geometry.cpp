//===- Geometry.cpp - Points and directions of the mesh -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Geometry.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

using namespace wafer;

llvm::raw_ostream &wafer::operator<<(llvm::raw_ostream &os, Point p) {
  return os << '(' << p.x << ',' << p.y << ')';
}

Direction wafer::opposite(Direction direction) {
  switch (direction) {
  case Direction::North:
    return Direction::South;
  case Direction::South:
    return Direction::North;
  case Direction::East:
    return Direction::West;
  case Direction::West:
    return Direction::East;
  case Direction::Ramp:
    return Direction::Ramp;
  }
  llvm_unreachable("unknown direction");
}

Point wafer::step(Direction direction) {
  switch (direction) {
  case Direction::North:
    return {0, -1};
  case Direction::South:
    return {0, 1};
  case Direction::East:
    return {1, 0};
  case Direction::West:
    return {-1, 0};
  case Direction::Ramp:
    return {0, 0};
  }
  llvm_unreachable("unknown direction");
}

llvm::StringRef wafer::stringifyDirection(Direction direction) {
  switch (direction) {
  case Direction::North:
    return "north";
  case Direction::South:
    return "south";
  case Direction::East:
    return "east";
  case Direction::West:
    return "west";
  case Direction::Ramp:
    return "ramp";
  }
  llvm_unreachable("unknown direction");
}

std::optional<Direction> wafer::parseDirection(llvm::StringRef name) {
  for (Direction direction : allDirections)
    if (stringifyDirection(direction) == name)
      return direction;
  return std::nullopt;
}

llvm::raw_ostream &wafer::operator<<(llvm::raw_ostream &os,
                                     Direction direction) {
  return os << stringifyDirection(direction);
}

unsigned DirectionSet::size() const { return llvm::popcount(mask); }

Direction DirectionSet::iterator::operator*() const {
  return static_cast<Direction>(llvm::countr_zero(rest));
}

llvm::raw_ostream &wafer::operator<<(llvm::raw_ostream &os, DirectionSet set) {
  bool first = true;
  for (Direction direction : set) {
    if (!first)
      os << ", ";
    first = false;
    os << direction;
  }
  return os;
}
