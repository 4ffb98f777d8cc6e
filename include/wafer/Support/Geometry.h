//===- Geometry.h - Points and directions of the mesh ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Coordinates of PEs and the five ports of a router. x grows to the east, y
// grows to the south; (0,0) is the north-west corner.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_SUPPORT_GEOMETRY_H
#define WAFER_SUPPORT_GEOMETRY_H

#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <tuple>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace wafer {

/// The coordinates of a PE. Ordered row by row (y first).
struct Point {
  int64_t x = 0;
  int64_t y = 0;

  Point operator+(Point other) const { return {x + other.x, y + other.y}; }
  Point operator-(Point other) const { return {x - other.x, y - other.y}; }
  bool operator==(Point other) const { return x == other.x && y == other.y; }
  bool operator!=(Point other) const { return !(*this == other); }
  bool operator<(Point other) const {
    return std::tie(y, x) < std::tie(other.y, other.x);
  }
};

inline llvm::hash_code hash_value(Point p) {
  return llvm::hash_combine(p.x, p.y);
}

/// Prints `(x,y)`.
llvm::raw_ostream &operator<<(llvm::raw_ostream &os, Point p);

/// A port of a router: a link to a neighbour, or the ramp to the PE's own
/// processor.
enum class Direction : uint8_t { North, South, East, West, Ramp };

inline constexpr Direction allDirections[] = {Direction::North,
                                              Direction::South, Direction::East,
                                              Direction::West, Direction::Ramp};

/// The side that faces `direction` in the neighbour; the ramp faces itself.
Direction opposite(Direction direction);

/// The offset of the neighbour on that side; (0,0) for the ramp.
Point step(Direction direction);

/// `north`, `south`, `east`, `west`, `ramp`.
llvm::StringRef stringifyDirection(Direction direction);

/// The inverse of stringifyDirection.
std::optional<Direction> parseDirection(llvm::StringRef name);

llvm::raw_ostream &operator<<(llvm::raw_ostream &os, Direction direction);

/// A set of router ports. Iterates in the order of the enumeration.
class DirectionSet {
public:
  DirectionSet() = default;
  DirectionSet(std::initializer_list<Direction> directions) {
    for (Direction direction : directions)
      insert(direction);
  }
  static DirectionSet fromBits(uint8_t bits) {
    DirectionSet set;
    set.mask = bits & 31;
    return set;
  }

  void insert(Direction direction) { mask |= bit(direction); }
  void erase(Direction direction) { mask &= ~bit(direction); }
  bool contains(Direction direction) const { return mask & bit(direction); }
  bool contains(DirectionSet other) const {
    return (mask & other.mask) == other.mask;
  }
  bool empty() const { return mask == 0; }
  unsigned size() const;
  uint8_t bits() const { return mask; }

  DirectionSet operator|(DirectionSet o) const {
    return fromBits(mask | o.mask);
  }
  DirectionSet operator&(DirectionSet o) const {
    return fromBits(mask & o.mask);
  }
  bool operator==(DirectionSet o) const { return mask == o.mask; }
  bool operator!=(DirectionSet o) const { return mask != o.mask; }
  bool operator<(DirectionSet o) const { return mask < o.mask; }

  class iterator {
  public:
    explicit iterator(uint8_t rest) : rest(rest) {}
    Direction operator*() const;
    iterator &operator++() {
      rest &= rest - 1;
      return *this;
    }
    bool operator!=(const iterator &other) const { return rest != other.rest; }

  private:
    uint8_t rest;
  };
  iterator begin() const { return iterator(mask); }
  iterator end() const { return iterator(0); }

private:
  static uint8_t bit(Direction d) { return 1u << static_cast<unsigned>(d); }
  uint8_t mask = 0;
};

/// Prints the names separated by `, `.
llvm::raw_ostream &operator<<(llvm::raw_ostream &os, DirectionSet set);

} // namespace wafer

#endif // WAFER_SUPPORT_GEOMETRY_H
