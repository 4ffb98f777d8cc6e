//===- HostMemory.h - host tensors and copies to and from SRAM --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_MACHINE_HOSTMEMORY_H
#define WAFER_EXECUTOR_MACHINE_HOSTMEMORY_H

#include "wafer/Executor/Machine/Program.h"
#include "wafer/Executor/Tensor.h"
#include "wafer/Support/SeededValues.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace wafer::exec {

/// The tensors in the host's memory by name. They live on from module to module
/// (E6).
class HostMemory {
public:
  /// Gives the value of a pe.host constant; bytes may be shared with a mapped
  /// file.
  using ConstantResolver = std::function<llvm::Expected<Tensor>(pe::HostOp)>;
  explicit HostMemory(ConstantResolver resolver = {})
      : resolver(std::move(resolver)) {}

  void set(llvm::StringRef name, Tensor tensor) {
    tensors[name] = std::move(tensor);
  }
  /// nullptr if there is none.
  const Tensor *get(llvm::StringRef name) const;

  /// Makes the tensors that the module's copies and feeds name ready: inputs
  /// must be set with the declared type, constants are resolved, outputs and
  /// temporaries that do not exist are allocated with all bytes 0xFF. Constants
  /// of earlier modules that this one does not name are let go, and seeded
  /// constants that only feeds read are not held at all.
  llvm::Error prepare(const LoadedModule &module);
  /// The tensor of a declaration that copies of a prepared module name.
  Tensor &operator[](pe::HostOp host);
  /// The generator of a constant that is not held; nullptr for all others.
  const SeededValues *getDrawn(pe::HostOp host) const;

private:
  ConstantResolver resolver;
  llvm::StringMap<Tensor> tensors;
  /// Names of the tensors that `resolver` gave.
  llvm::StringSet<> resolved;
  /// Constants of the prepared module that are drawn while feeds read them.
  llvm::StringMap<SeededValues> drawn;

  void releaseConstantsExcept(llvm::ArrayRef<pe::HostOp> hosts);
  llvm::Error prepareGathered(pe::HostOp host);
  llvm::Error prepare(pe::HostOp host);
};

/// The rows of `table` that `indices` (i32 or i64) pick: a gathered host
/// tensor. An index without a row is an error that names it.
llvm::Expected<Tensor> gatherRows(const Tensor &table, const Tensor &indices,
                                  llvm::ArrayRef<int64_t> shape);

/// The words of a host tensor of 4-byte elements as a feed reads them: those of
/// a constant that is not held are drawn when they are read.
class HostWords {
public:
  /// The tensor's bytes must stay where they are as long as this is used.
  HostWords(HostMemory &memory, pe::HostOp host);

  int64_t size() const { return numElements; }
  /// Elements index, index + stride, ... (`count` of them, all in [0, size()))
  /// to out[0], out[pitch], ...
  void read(int64_t index, int64_t stride, int64_t count, uint32_t *out,
            int64_t pitch) const;
  uint32_t operator[](int64_t index) const {
    uint32_t element;
    read(index, 0, 1, &element, 1);
    return element;
  }

private:
  int64_t numElements;
  /// Empty for a constant that is not held.
  llvm::ArrayRef<uint32_t> held;
  SeededValues values;
};

/// A run of a nest's innermost points: `count` elements of the host tensor from
/// `index` on, `stride` apart. `outer` are the indices of the loops around.
struct NestRun {
  int64_t index, stride, count;
  llvm::ArrayRef<int64_t> outer;
};
/// Visits all points of `nest` for a PE, in order, in runs. Stops where `visit`
/// returns false, and returns false then.
bool forEachRun(const Nest &nest, ExprValues values,
                llvm::function_ref<bool(const NestRun &)> visit);

/// The points of `nest` for a PE.
int64_t countPoints(const Nest &nest, const ExprValues &values);

/// SRAM of one PE as an executor lays it out: word `w` (4 bytes) is `words[w *
/// pitch]`.
struct PEMemory {
  uint32_t *words;
  int64_t pitch;
  /// The address in bytes of word 0.
  int64_t base;
};

/// Copies between a host tensor and the SRAM of one PE after the other (E5).
class HostCopier {
public:
  /// `copy` and `host` must outlive it.
  HostCopier(const HostCopy &copy, Tensor &host, int64_t launch);
  /// Adds to `bytes`. An access outside is an error naming both.
  llvm::Error run(PEMemory memory, Point p, uint64_t &bytes);

private:
  /// Elements that are evenly spaced in the host tensor and in the buffer.
  struct Run {
    int64_t index, stride, count;
    int64_t element, elementStride;
  };
  llvm::Error findRuns(Point p);

  const HostCopy *copy;
  Tensor *host;
  int64_t launch;
  bool dependsOnX = false, dependsOnY = false;
  /// What `runs` holds for: neighbours in a row or a column often share them.
  std::optional<Point> foundFor;
  std::vector<Run> runs;
};

/// One for each copy of each program, in their order.
std::vector<std::vector<HostCopier>>
makeCopiers(const LoadedModule &module, HostMemory &memory, int64_t launch);

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_MACHINE_HOSTMEMORY_H
