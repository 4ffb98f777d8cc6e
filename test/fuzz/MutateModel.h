//===- MutateModel.h - changes that ONNX files survive ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TEST_FUZZ_MUTATEMODEL_H
#define WAFER_TEST_FUZZ_MUTATEMODEL_H

#include <onnx/onnx_pb.h>
#include <random>
#include <string>
#include <vector>

namespace wafer::fuzz {

/// Changes models as messages, so that the result gets past protobuf's parser:
/// elements of repeated fields are removed, doubled, moved and exchanged,
/// fields cleared, numbers replaced by those at which arithmetic breaks,
/// strings by other strings of the same kind.
class ModelMutator {
public:
  /// Rewrites `size` bytes in place, up to `capacity`; the new size.
  using MutateBytes = size_t (*)(uint8_t *bytes, size_t size, size_t capacity);

  ModelMutator(unsigned seed, MutateBytes mutateBytes)
      : random(seed), mutateBytes(mutateBytes) {}

  /// Makes one to four changes.
  void mutate(onnx::ModelProto &model);
  /// Copies some nodes, initializers and functions of `other` into `model`.
  void cross(onnx::ModelProto &model, const onnx::ModelProto &other);

private:
  using Message = google::protobuf::Message;
  using Field = google::protobuf::FieldDescriptor;

  std::minstd_rand random;
  MutateBytes mutateBytes;
  /// The messages of the model, each with the number of those around it.
  std::vector<Message *> messages;
  /// Short strings of the model: names, mostly.
  std::vector<std::string> names;

  uint64_t pick(uint64_t count) { return count ? random() % count : 0; }
  void collect(Message &message, unsigned depth);
  void mutateMessage(Message &message);
  void mutateRepeated(Message &message, const Field *field);
  void mutateSingle(Message &message, const Field *field);
  /// One element (`index`) of a repeated field, or the field itself (-1).
  void mutateScalar(Message &message, const Field *field, int index);
  int64_t mutateInteger(int64_t value);
  double mutateNumber(double value);
  std::string mutateString(const Field *field, const std::string &value);
};

/// Keeps the operator types of `model`, to be tried in other nodes.
void rememberOperators(const onnx::ModelProto &model);

} // namespace wafer::fuzz

#endif // WAFER_TEST_FUZZ_MUTATEMODEL_H
