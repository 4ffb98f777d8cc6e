//===- ClassBuilder.h - the classes of PEs and their programs -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LOWERTOPE_CLASSBUILDER_H
#define WAFER_LOWERTOPE_CLASSBUILDER_H

#include "dialects/Wafer/Wafer.h"

#include <set>

namespace wafer {

/// Finds the classes of a wafer.program's PEs and writes a pe.program for each
/// at the builder's place. Classes with equal programs become one.
class ClassBuilder {
public:
  ClassBuilder(mesh::ProgramOp program, mlir::OpBuilder &builder)
      : program(program), builder(builder) {}
  mlir::LogicalResult build();

private:
  /// One reason for PEs to differ.
  struct Layer {
    enum Kind { Op, Reads, Sends } kind;
    mlir::Operation *op = nullptr; // a task, buffer or copy
    mlir::StringAttr stream;       // Reads, Sends: on this colour in this epoch
    int64_t colour = 0, epoch = 0;
  };
  /// The queue and colour of a stream for one class in one epoch; by stream and
  /// whether it is read.
  using Queues = llvm::DenseMap<std::pair<mlir::StringAttr, unsigned>,
                                std::pair<pe::QueueAttr, int64_t>>;

  void collectLayers();
  mlir::FailureOr<pe::ProgramOp> buildClass(llvm::ArrayRef<unsigned> cover,
                                            const Region &region);
  mlir::LogicalResult collectQueues(llvm::ArrayRef<unsigned> cover,
                                    int64_t epoch, mlir::Location location);
  void bindQueues(mesh::TaskOp task);
  mlir::LogicalResult lowerTask(mesh::TaskOp task, const Region &region);
  mlir::FailureOr<mlir::Attribute> lowerOperand(mlir::Operation *op,
                                                mlir::Attribute operand,
                                                bool isSource,
                                                const Region &region);
  pe::QueueAttr lookupQueue(int64_t colour, int64_t epoch, bool isInput);

  mesh::ProgramOp program;
  mlir::OpBuilder &builder;
  std::vector<Layer> layers;
  std::vector<Region> regions;
  Queues queues; // of the class and epoch at hand
  /// The colours to which the class's queues are tied by now; by isInput,
  /// queue.
  std::map<std::pair<bool, unsigned>, int64_t> bound;
};

} // namespace wafer

#endif
