//===- TMTensor.h - ops that torch-mlir adds to linalg ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_TMTENSOR_H
#define WAFER_LIB_IMPORT_TMTENSOR_H

#include "mlir/IR/Dialect.h"

namespace wafer::importer {

/// The dialect tm_tensor as far as its text: torch-mlir writes what linalg has
/// no op for in it (cumulative sums) when it is asked for linalg. Its ops are
/// operations without properties, with their clauses as attributes.
class TMTensorDialect : public mlir::Dialect {
public:
  explicit TMTensorDialect(mlir::MLIRContext *context);

  static constexpr llvm::StringLiteral getDialectNamespace() {
    return "tm_tensor";
  }
  std::optional<ParseOpHook>
  getParseOperationHook(llvm::StringRef opName) const override;
};

} // namespace wafer::importer

MLIR_DECLARE_EXPLICIT_TYPE_ID(wafer::importer::TMTensorDialect)

#endif // WAFER_LIB_IMPORT_TMTENSOR_H
