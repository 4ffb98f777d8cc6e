//===- Weights.cpp - seeds and files of external data -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "wafer/Support/OnnxTensor.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using onnx::TensorProto;

namespace wafer::models {

/// Tensors begin at pages, so that readers can map them.
static constexpr uint64_t kAlignment = 4096;

/// Each tensor has a seed of its own, which depends on its name: it has the
/// same elements in the whole model and in a file with one layer.
SeededValues Weights::getGenerator(const WeightSpec &spec) const {
  SeededValues values;
  values.seed = xxh3_64bits(std::to_string(seed) + ":" + spec.name) >> 1;
  values.scale = spec.scale;
  values.mean = spec.mean;
  return values;
}

static void addExternal(TensorProto &tensor, StringRef key, StringRef value) {
  onnx::StringStringEntryProto &entry = *tensor.add_external_data();
  entry.set_key(key.str());
  entry.set_value(value.str());
}

void Weights::add(const WeightSpec &spec, onnx::GraphProto &graph) {
  TensorProto &tensor = *graph.add_initializer();
  tensor.set_name(spec.name);
  tensor.set_data_type(type);
  uint64_t count = 1;
  for (int64_t dim : spec.shape) {
    tensor.add_dims(dim);
    count *= dim;
  }
  numParameters += count;
  uint64_t size = count * getOnnxElementSize(type);
  tensor.set_data_location(TensorProto::EXTERNAL);
  if (file.empty()) {
    addExternal(tensor, "location", makeSeededLocation(getGenerator(spec)));
  } else {
    uint64_t offset = alignTo(endOffset, kAlignment);
    stored.push_back({spec, offset, count});
    endOffset = offset + size;
    addExternal(tensor, "location", file);
    addExternal(tensor, "offset", std::to_string(offset));
  }
  addExternal(tensor, "length", std::to_string(size));
  std::string storage;
  if (!source || !problem.empty())
    return;
  if (Expected<StringRef> bytes = source->read(spec, type, storage); !bytes)
    problem = toString(bytes.takeError());
}

Error Weights::check() const {
  return problem.empty() ? Error::success() : createStringError(problem);
}

void Weights::writeGenerated(const Stored &weight, raw_ostream &os) const {
  constexpr uint64_t kPiece = uint64_t(1) << 18;
  SeededValues values = getGenerator(weight.spec);
  std::vector<float> floats;
  std::vector<uint16_t> halves;
  for (uint64_t at = 0; at < weight.numElements; at += kPiece) {
    uint64_t count = std::min(kPiece, weight.numElements - at);
    if (type == TensorProto::FLOAT16) {
      halves.resize(count);
      values.generateF16(at, halves);
      os.write(reinterpret_cast<const char *>(halves.data()), count * 2);
    } else {
      floats.resize(count);
      values.generate(at, floats);
      os.write(reinterpret_cast<const char *>(floats.data()), count * 4);
    }
  }
}

void Weights::writeFile(raw_ostream &os) const {
  uint64_t written = 0;
  for (const Stored &weight : stored) {
    os.write_zeros(weight.offset - written);
    written = weight.offset + weight.numElements * getOnnxElementSize(type);
    if (source) {
      std::string storage;
      os << cantFail(source->read(weight.spec, type, storage));
    } else {
      writeGenerated(weight, os);
    }
  }
}

} // namespace wafer::models
