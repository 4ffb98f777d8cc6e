//===- Groups.h - PEs that run in lockstep ----------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_FUNCTIONAL_GROUPS_H
#define WAFER_LIB_EXECUTOR_FUNCTIONAL_GROUPS_H

#include "Sources.h"
#include "llvm/ADT/BitVector.h"

namespace wafer::exec {

/// The sources of every colour in every epoch; switched colours have none (they
/// are simulated router by router). Streams in the place of colours have the
/// same ones in all epochs.
class SourceTable {
public:
  SourceTable(const LoadedModule &module, const RouteMap &map,
              llvm::ArrayRef<PortStream> ports);
  const ColourSources &get(unsigned epoch, unsigned colour) const {
    return tables[(isByStream ? 0 : epoch * colours) + colour];
  }
  bool isSwitched(unsigned colour) const { return switched[colour]; }

private:
  unsigned colours;
  bool isByStream;
  llvm::BitVector switched;
  std::vector<ColourSources> tables;
};

/// Lockstep groups: a partition of the PEs with programs, and one of the port
/// streams.
struct Grouping {
  struct Members {
    uint32_t program = 0;
    /// PE indices, x first; or indices of port streams.
    std::vector<uint32_t> lanes;
  };
  std::vector<Members> groups, portGroups;
  /// By PE or port stream: its group and its lane there.
  std::vector<uint32_t> groupOf, laneOf, portGroupOf, portLaneOf;
};

/// Which of `colours` the program's input (output) queues are ever tied to.
llvm::BitVector getBoundColours(const Program &program, bool inputs,
                                unsigned colours);

/// Groups for `programs`, which are the module's or those of a section of it;
/// `epoch`: the only one in which they run, if there is only one. No run of
/// theirs gets stuck because of the groups.
Grouping makeGroups(const LoadedModule &module,
                    llvm::ArrayRef<Program> programs,
                    const SourceTable &sources,
                    llvm::ArrayRef<PortStream> ports,
                    std::optional<unsigned> epoch = std::nullopt);

/// The PEs of a column (or of a row) that run the same program with the same
/// extents, each a group. Their sources may belong to several groups, and
/// nothing says that a run with them does not get stuck. nullopt if lanes of a
/// group read from each other or only some have a source, or if the groups are
/// small.
std::optional<Grouping> makeLineGroups(const LoadedModule &module,
                                       llvm::ArrayRef<Program> programs,
                                       const SourceTable &sources,
                                       llvm::ArrayRef<PortStream> ports,
                                       unsigned epoch);

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_GROUPS_H
