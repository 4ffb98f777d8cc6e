//===- StreamFamily.h - wafer.stream as pieces ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_ROUTE_STREAMFAMILY_H
#define WAFER_LIB_ROUTE_STREAMFAMILY_H

#include "dialects/Wafer/Wafer.h"
#include "wafer/Route/RouteProblem.h"

namespace wafer::route_detail {

/// Cuts the index domain of a family where its expressions are not affine, so
/// that each piece has a rectangle of sources and readers that are relative to
/// the source or absolute. Channels without readers are dropped. Fails, with a
/// diagnostic, if there would be too many pieces.
mlir::FailureOr<std::vector<StreamPiece>> expandFamily(mesh::StreamOp stream);

} // namespace wafer::route_detail

#endif // WAFER_LIB_ROUTE_STREAMFAMILY_H
