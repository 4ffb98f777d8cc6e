//===- CompileReport.h - what the compiler decided -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_REPORT_COMPILEREPORT_H
#define WAFER_REPORT_COMPILEREPORT_H

#include "dialects/PE/PE.h"
#include "dialects/Wafer/Wafer.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"
#include <map>
#include <set>

namespace wafer::report {

struct BufferFacts {
  std::string name;
  int64_t sizeInBytes = 0;
  /// Address in bytes, once allocated.
  std::optional<int64_t> offset;
};

struct KernelFacts {
  std::string name;
  /// The ops of its body, in order, views left out: "matmul, add, relu".
  std::string ops;
  /// The attribute in words: "product, forward, chain, weights resident, 4
  /// pieces"; empty if nothing is chosen yet.
  std::string dataflow;
  /// "resident", "streamed" or empty.
  std::string weights;
  int64_t pieces = 0;
  /// Rectangles as "[0:4, 0:8]"; empty before placement.
  std::string at, to;
  int64_t pes = 0;
  int64_t tasks = 0;
  /// Cycles of one launch by the cost model that placement uses; 0 before it.
  int64_t modelledCycles = 0;
  /// Cycles of one launch in which the datapath of its busiest PE makes beats
  /// (E50), by the tasks' instructions; 0 before expansion.
  int64_t busyCycles = 0;
};

struct StreamFacts {
  std::string name;
  /// Members of the family.
  int64_t channels = 1;
  std::set<int64_t> colours;
};

/// A wafer.program, phases sharded to allocated.
struct ProgramFacts {
  int64_t launches = 1;
  std::vector<KernelFacts> kernels;
  std::vector<StreamFacts> streams;
  std::vector<BufferFacts> buffers;
  int64_t queues = 0;
};

/// A pe.program.
struct ClassFacts {
  std::string name, region;
  int64_t pes = 0;
  /// End of the highest buffer, counted from the first usable byte.
  int64_t sramBytes = 0;
  int64_t instructions = 0;
  std::vector<BufferFacts> buffers;
};

/// A pe.module.
struct PEModuleFacts {
  int64_t launches = 1;
  int64_t routes = 0, feeds = 0, epochs = 1, pes = 0;
  std::set<int64_t> colours;
  std::vector<ClassFacts> classes;
};

/// Collects what IR says. Each phase says some things of its own (kernels have
/// no place in `pe`), so the report is shown the IR after each phase; what a
/// later phase says of the same program replaces what an earlier one said.
class CompileReport {
public:
  void observe(mlir::ModuleOp module);

  void print(llvm::raw_ostream &os) const;
  /// Keys `machine`, `programs`, `modules`, `pe_classes`, `colours_used`,
  /// `pes_used`, `sram_bytes_max`,
  /// `modelled_cycles` (all launches of all programs).
  llvm::json::Object toJSON() const;

private:
  machine::DescAttr machine;
  std::map<std::string, ProgramFacts> programs;
  std::map<std::string, PEModuleFacts> modules;
};

/// 1234567 as "1,234,567".
std::string groupDigits(int64_t number);

/// Collecting, one function for each kind of container.
ProgramFacts collectProgram(mesh::ProgramOp program);
PEModuleFacts collectPEModule(pe::ModuleOp module);

/// Cycles of one launch of a placed kernel by the cost model; 0 if it has no
/// rectangle yet.
int64_t modelCycles(mesh::KernelOp kernel, int64_t launches,
                    machine::DescAttr machine);

/// Beats of the instructions in `body` (loops included) on the PE at `pe`,
/// first launch; loops whose body depends on their index are stepped through.
int64_t countBusyCycles(mlir::Block &body, Point pe, machine::DescAttr machine);

} // namespace wafer::report

#endif // WAFER_REPORT_COMPILEREPORT_H
