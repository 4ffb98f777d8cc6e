//===- Windows.h - windows of convolutions and pools ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_WINDOWS_H
#define WAFER_LIB_IMPORT_WINDOWS_H

#include "Node.h"

namespace wafer::importer {

/// A window over the spatial dimensions of a tensor N×C×D1×….
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, low, high, dilations;

  /// Elements of dimension `d` from the first tap to the last.
  int64_t getReach(size_t d) const {
    return (kernel[d] - 1) * dilations[d] + 1;
  }
};

/// The attributes of a convolution or pool on input 0. `kernel` is used if the
/// node does not say kernel_shape.
mlir::FailureOr<Window> getWindow(Node &node, Dims kernel);

/// As the attributes of a graph op.
llvm::SmallVector<mlir::NamedAttribute> getAttributes(Node &node,
                                                      const Window &window);

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_WINDOWS_H
