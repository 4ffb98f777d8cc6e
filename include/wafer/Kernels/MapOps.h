//===- MapOps.h - what elementwise ops are made of --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_MAPOPS_H
#define WAFER_KERNELS_MAPOPS_H

#include "wafer/Kernels/Functions.h"

namespace wafer {

/// What a part reads: an operand of the op, what the part before wrote, or a
/// scalar.
struct MapSource {
  enum class Kind { Operand, Destination, Scalar };
  Kind kind = Kind::Operand;
  unsigned index = 0;
  double scalar = 0;
};

/// A vector instruction, or a function on f32 elements (others are converted
/// before and after it).
struct MapPart {
  std::optional<Function> function;
  pe::Opcode opcode = pe::Opcode::Move;
  llvm::SmallVector<MapSource, 2> sources;
};

/// Instructions and functions, one after the other, that all write the op's
/// result. Fails where there are none for the op and its types, with a reason
/// such as "only for f32 and f16".
mlir::FailureOr<llvm::SmallVector<MapPart, 2>>
getMapParts(mlir::Operation *op, std::string *reason = nullptr);

/// Says what is wrong with an elementwise op that has no parts.
mlir::LogicalResult verifyMapOp(mlir::Operation *op);

/// The value of all elements of a constant tensor, seen in a graph or in a
/// kernel's body.
std::optional<double> getSplat(mlir::Value value);

/// Functions work on slices of a part's features, one after the other, so that
/// their registers stay small.
struct MapSlices {
  int64_t features = 1; // of a slice but the last
  int64_t count = 1;

  /// Of features x tokens elements.
  MapSlices(int64_t features, int64_t tokens);
};

/// Bytes of the registers that elementwise ops need, for features x tokens
/// elements.
int64_t getMapScratchBytes(llvm::ArrayRef<mlir::Operation *> ops,
                           int64_t features, int64_t tokens);

/// Cycles of an elementwise op over features x tokens elements of one PE.
int64_t getMapCycles(machine::DescAttr machine, mlir::Operation *op,
                     int64_t features, int64_t tokens);

} // namespace wafer

#endif
