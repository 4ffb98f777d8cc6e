//===- Weights.h - where the weights of a model come from -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_MODELS_WEIGHTS_H
#define WAFER_TOOLS_WAFER_MODELS_WEIGHTS_H

#include "wafer/Support/SeededValues.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <onnx/onnx_pb.h>

namespace wafer::models {

/// A tensor of a model, and how to draw its elements where nobody gives them.
struct WeightSpec {
  /// The parameter's name in the Hugging Face implementation.
  std::string name;
  llvm::SmallVector<int64_t> shape;
  float scale = 0, mean = 0;
};

/// The weights of an ONNX model, by name.
class WeightsOfModel {
public:
  llvm::Error load(llvm::StringRef path);
  /// The elements of the weight `spec.name`, with or without names of enclosing
  /// modules before it. Valid as long as this object; `storage` holds what the
  /// file does not have as plain bytes.
  llvm::Expected<llvm::StringRef> read(const WeightSpec &spec, int32_t type,
                                       std::string &storage) const;

private:
  std::string path;
  onnx::ModelProto model;
  llvm::StringMap<const onnx::TensorProto *> tensors;
  mutable llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> files;

  llvm::Expected<llvm::StringRef> readExternal(const onnx::TensorProto &tensor,
                                               uint64_t size) const;
};

/// Adds the weights of a model to its graph: named by seed, or collected for a
/// file of external data.
class Weights {
public:
  /// Elements of `type`, drawn by `seed`.
  Weights(int32_t type, uint64_t seed) : type(type), seed(seed) {}

  /// Puts the elements into the file that writeFile() writes, which stands
  /// beside the model under the name `location`.
  void storeIn(llvm::StringRef location) { file = location.str(); }
  /// Takes the elements from another model. Needs storeIn().
  void takeFrom(const WeightsOfModel &model) { source = &model; }

  void add(const WeightSpec &spec, onnx::GraphProto &graph);
  /// The first weight that could not be had, if any.
  llvm::Error check() const;

  bool hasFile() const { return !file.empty(); }
  void writeFile(llvm::raw_ostream &os) const;

  int64_t numParameters = 0;

private:
  const int32_t type;
  const uint64_t seed;
  std::string file;
  const WeightsOfModel *source = nullptr;
  std::string problem;

  /// A weight in the file.
  struct Stored {
    WeightSpec spec;
    uint64_t offset, numElements;
  };
  std::vector<Stored> stored;
  uint64_t endOffset = 0;

  SeededValues getGenerator(const WeightSpec &spec) const;
  void writeGenerated(const Stored &weight, llvm::raw_ostream &os) const;
};

} // namespace wafer::models

#endif // WAFER_TOOLS_WAFER_MODELS_WEIGHTS_H
