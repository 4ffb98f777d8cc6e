//===- Sections.h - programs cut where kernels begin ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which PEs can run in lockstep depends on who talks to whom. Kernels of one
// program talk in different ways (sums along rows in a product, keys along
// columns in attention), and what suits all of them at once may be nothing but
// single PEs. So a program is cut where kernels and epochs begin, and all PEs
// are run section by section, each with groups of its own.
//
// That is no barrier of the machine, only an order in which to look at its PEs:
// if every channel is read, within a section, exactly as far as it was written,
// then each PE has seen the elements that it would have seen anyway (E34).
// Whether it is so is checked at the end of a section, whatever named the cuts;
// if it is not, the run starts again without sections.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_FUNCTIONAL_SECTIONS_H
#define WAFER_LIB_EXECUTOR_FUNCTIONAL_SECTIONS_H

#include "Groups.h"

namespace wafer::exec {

/// Words that a program's section and the PE's store have in common.
struct CarriedRange {
  int64_t word, storeWord, count;
};

struct Section {
  std::string name;
  /// Programs that do the same in this section are one. Queues are tied at the
  /// begin as earlier sections have left them.
  std::vector<Program> programs;
  /// By program of the module: its program here (UINT32_MAX for none), and what
  /// it carries in and out.
  std::vector<uint32_t> programOf;
  std::vector<std::vector<CarriedRange>> carried;
  /// By program: the words carried for any of its PEs.
  std::vector<llvm::BitVector> pinned;
  unsigned epoch = 0;
  bool isBehindBarrier = false;
};

struct SectionPlan {
  std::vector<Section> sections;
  /// By program of the module: words of a PE that live on from section to
  /// section, and where they lie (in bytes of the program's addresses).
  struct Kept {
    int64_t begin, end, storeWord;
  };
  std::vector<std::vector<Kept>> kept;
  std::vector<int64_t> storeWords;
};

/// nullopt if the module is not fit to be cut: routers with positions, queues
/// tied within loops or to the same colour, or sections in orders that
/// contradict each other. Buffers that live on are those that several sections
/// or the host use, and those that are read before they are written.
std::optional<SectionPlan> planSections(const LoadedModule &module,
                                        const SourceTable &sources);

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_SECTIONS_H
