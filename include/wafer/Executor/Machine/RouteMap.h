//===- RouteMap.h - which route a PE has for a colour -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_MACHINE_ROUTEMAP_H
#define WAFER_EXECUTOR_MACHINE_ROUTEMAP_H

#include "wafer/Executor/Machine/Program.h"

namespace wafer::exec {

/// The routes of a module as tables: the cost of a look-up does not depend on
/// the number of routes. Memory follows the PEs times the colours and epochs in
/// use.
class RouteMap {
public:
  explicit RouteMap(const LoadedModule &module);

  /// The route of a PE for a colour in an epoch; nullptr if there is none or
  /// the point is outside the mesh.
  const Route *find(unsigned epoch, unsigned colour, Point p) const {
    if (!contains(p))
      return nullptr;
    const std::vector<uint16_t> &table = tables[epoch * colours + colour];
    uint16_t index = table.empty() ? 0 : table[p.y * width + p.x];
    return index ? &routes[index - 1] : nullptr;
  }
  bool contains(Point p) const {
    return p.x >= 0 && p.y >= 0 && p.x < width && p.y < height;
  }
  unsigned getNumEpochs() const { return numEpochs; }
  unsigned getNumColours() const { return colours; }
  bool isUsed(unsigned epoch, unsigned colour) const {
    return !tables[epoch * colours + colour].empty();
  }
  /// True if a router has more than one position for the colour in some epoch.
  bool isSwitched(unsigned colour) const {
    return colour < 64 && (switched >> colour & 1);
  }

private:
  llvm::ArrayRef<Route> routes;
  int64_t width, height;
  unsigned colours, numEpochs;
  uint64_t switched = 0;
  /// Per epoch and colour: 1 + index of the PE's route, 0 for none; empty where
  /// no route has both.
  std::vector<std::vector<uint16_t>> tables;
};

/// A thread that cannot go on, and whom it waits for.
struct Wait {
  Point pe;
  /// 0 for the main thread, 1 + n for microthread n.
  unsigned thread = 0;
  /// "waits for in(0), colour 3", "waits for room in out(1), colour 2".
  std::string reason;
  mlir::Operation *op = nullptr;
  /// The PE that would have to act, if one is known.
  std::optional<Point> waitsFor;
};
/// E61: the lines of a deadlock report: a cycle of waits if there is one, else
/// the chain that ends at a PE which cannot help; long lists are cut.
std::vector<std::string> reportDeadlock(llvm::ArrayRef<Wait> waits);

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_MACHINE_ROUTEMAP_H
