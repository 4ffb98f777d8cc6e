//===- Cases.h - the test cases in a tree of folders -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_CONFORMANCE_CASES_H
#define WAFER_TOOLS_WAFER_CONFORMANCE_CASES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace wafer::conformance {

/// One model to run.
struct Case {
  /// Path relative to the folder of the command line, with '/'; of MLIR files
  /// and of NAME.onnx with the file's stem at the end.
  std::string name;
  std::string folder;
  /// The file to import, in `folder`: model_folded.onnx, model_static.onnx,
  /// model.onnx (the first one there), NAME.onnx, or a .mlir file.
  std::string model;
};

/// The cases at and below `root`, sorted by name. A folder is a case if it
/// holds one of the models above; NAME.onnx is one if NAME_output_0.pb, and a
/// .mlir file if expected .npy outputs lie beside it.
std::vector<Case> findCases(llvm::StringRef root);

/// Inputs and expected outputs of one run of a case. Tensor files by position;
/// an empty path stands for one that is not there.
struct DataSet {
  std::string name;
  std::vector<std::string> inputs, outputs;
  /// No input is stored: they are ramps (makeRamp), as ONNX's runner makes
  /// them for its light models.
  bool hasRamps = false;
};

/// `test_data_set_N/{input,output}_I.pb` in order of N; of a model NAME.onnx
/// `NAME_{input,output}_I.pb`; else the .npy files beside the model: NAME.npy
/// for each of `inputNames` and `outputNames`, where "input_ids.npy" and
/// "logits.npy" stand for ports without names of their own.
std::vector<DataSet> findDataSets(const Case &test,
                                  llvm::ArrayRef<std::string> inputNames,
                                  llvm::ArrayRef<std::string> outputNames);

} // namespace wafer::conformance

#endif // WAFER_TOOLS_WAFER_CONFORMANCE_CASES_H
