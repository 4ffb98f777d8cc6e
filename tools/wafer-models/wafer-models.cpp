//===- wafer-models.cpp - writes GPT models as ONNX -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds the graph (Layers.cpp), names or draws the weights (Weights.cpp), and
// writes the model and, if asked for, its external data beside it. The
// structure of each model and the sources of its sizes are in docs/Models.md.
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "Options.h"
#include "wafer/Executor/File/ModuleFile.h"
#include "wafer/Executor/TensorIO.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace wafer;
using namespace wafer::models;

/// The version of ONNX's file format that came with an opset.
static int64_t getFormatVersion(int64_t opset) {
  switch (opset) {
  case 20:
    return 9;
  case 21:
  case 22:
    return 10;
  default:
    return 11;
  }
}

static onnx::ModelProto makeModel(const Selection &selection) {
  onnx::ModelProto model;
  model.set_ir_version(getFormatVersion(selection.opset));
  model.set_producer_name(exec::kProducer.str());
  onnx::OperatorSetIdProto &opset = *model.add_opset_import();
  opset.set_domain("");
  opset.set_version(selection.opset);
  model.mutable_graph()->set_name(selection.architecture.name.str());
  return model;
}

/// The file of external data that belongs to a model's file.
static SmallString<128> getWeightFile(StringRef output) {
  SmallString<128> path = output;
  sys::path::replace_extension(path, ".weights");
  return path;
}

static Error writeFiles(const Options &options, const Weights &weights,
                        const onnx::ModelProto &model) {
  StringRef folder = sys::path::parent_path(options.output);
  if (!folder.empty())
    if (std::error_code error = sys::fs::create_directories(folder))
      return exec::makeFileError(folder,
                                 "cannot be created: " + error.message());
  // The weights first: a model is never there without them.
  if (weights.hasFile())
    if (Error error = exec::writeFileAtomically(
            getWeightFile(options.output),
            [&](raw_ostream &os) { weights.writeFile(os); }))
      return error;
  std::string bytes;
  if (!model.SerializeToString(&bytes))
    return exec::makeFileError(options.output,
                               "the model cannot be serialised");
  return exec::writeFileAtomically(options.output,
                                   [&](raw_ostream &os) { os << bytes; });
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  std::optional<Options> options = parseOptions(argc, argv);
  if (!options)
    return kBadInput;
  Weights weights(options->selection.type, options->seed);
  if (options->storesWeights)
    weights.storeIn(sys::path::filename(getWeightFile(options->output)));
  WeightsOfModel source;
  if (!options->weightsFrom.empty()) {
    if (Error error = source.load(options->weightsFrom))
      return reportError(toString(std::move(error)));
    weights.takeFrom(source);
  }
  onnx::ModelProto model = makeModel(options->selection);
  BlockBuilder(options->selection, weights, *model.mutable_graph()).build();
  if (Error error = weights.check())
    return reportError(toString(std::move(error)));
  if (Error error = writeFiles(*options, weights, model))
    return reportError(toString(std::move(error)));
  outs() << options->output << ": " << options->selection.architecture.name
         << ", " << model.graph().node_size() << " nodes, "
         << weights.numParameters << " parameters\n";
  return kSuccess;
}
