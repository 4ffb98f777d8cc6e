//===- pch.cpp - Anchors the precompiled header ---------------------------===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// cmake/WaferFunctions.cmake compiles cmake/pch.h into every C++ target.
