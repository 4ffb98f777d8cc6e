//===- MutateModel.cpp - changes that ONNX files survive --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MutateModel.h"
#include <cmath>
#include <limits>
#include <set>

using google::protobuf::FieldDescriptor;
using google::protobuf::Reflection;

namespace wafer::fuzz {

/// Messages that a walk visits: enough for any model below the fuzzer's limit.
static constexpr size_t kMaxMessages = 20000;
static constexpr unsigned kMaxDepth = 40;
static constexpr size_t kMaxNameSizeInBytes = 64;

static std::set<std::string> &getOperatorTypes() {
  static std::set<std::string> types;
  return types;
}

void rememberOperators(const onnx::ModelProto &model) {
  constexpr size_t kMaxTypes = 1000;
  for (const onnx::NodeProto &node : model.graph().node())
    if (getOperatorTypes().size() < kMaxTypes)
      getOperatorTypes().insert(node.op_type());
}

void ModelMutator::collect(Message &message, unsigned depth) {
  if (messages.size() >= kMaxMessages || depth > kMaxDepth)
    return;
  messages.push_back(&message);
  const Reflection *reflection = message.GetReflection();
  std::vector<const FieldDescriptor *> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor *field : fields) {
    int count =
        field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        collect(field->is_repeated()
                    ? *reflection->MutableRepeatedMessage(&message, field, i)
                    : *reflection->MutableMessage(&message, field),
                depth + 1);
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        std::string text =
            field->is_repeated()
                ? reflection->GetRepeatedString(message, field, i)
                : reflection->GetString(message, field);
        if (text.size() <= kMaxNameSizeInBytes)
          names.push_back(std::move(text));
      }
    }
  }
}

void ModelMutator::mutate(onnx::ModelProto &model) {
  for (uint64_t n = 1 + pick(4); n > 0; --n) {
    messages.clear();
    names.clear();
    collect(model, 0);
    mutateMessage(*messages[pick(messages.size())]);
  }
}

void ModelMutator::cross(onnx::ModelProto &model,
                         const onnx::ModelProto &other) {
  auto copySome = [&](const auto &from, auto *to) {
    for (const auto &element : from)
      if (pick(2))
        *to->Add() = element;
  };
  onnx::GraphProto *graph = model.mutable_graph();
  if (pick(2))
    copySome(other.graph().node(), graph->mutable_node());
  copySome(other.graph().initializer(), graph->mutable_initializer());
  if (pick(2))
    copySome(other.functions(), model.mutable_functions());
  if (pick(2))
    copySome(other.graph().input(), graph->mutable_input());
  if (pick(2))
    copySome(other.graph().output(), graph->mutable_output());
  if (pick(2))
    copySome(other.opset_import(), model.mutable_opset_import());
}

void ModelMutator::mutateMessage(Message &message) {
  const Reflection *reflection = message.GetReflection();
  std::vector<const FieldDescriptor *> fields;
  reflection->ListFields(message, &fields);
  // Mostly fields that are there; sometimes any field of the message.
  int fieldCount = message.GetDescriptor()->field_count();
  const FieldDescriptor *field =
      fields.empty() || pick(8) == 0
          ? message.GetDescriptor()->field(static_cast<int>(pick(fieldCount)))
          : fields[pick(fields.size())];
  if (field->is_repeated())
    mutateRepeated(message, field);
  else
    mutateSingle(message, field);
}

void ModelMutator::mutateRepeated(Message &message, const Field *field) {
  const Reflection *reflection = message.GetReflection();
  int size = reflection->FieldSize(message, field);
  bool isMessage = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (size == 0 || (isMessage && pick(16) == 0)) {
    if (isMessage)
      reflection->AddMessage(&message, field);
    else
      mutateScalar(message, field, -1);
    return;
  }
  int one = static_cast<int>(pick(size)), other = static_cast<int>(pick(size));
  switch (pick(isMessage ? 4 : 6)) {
  case 0:
    reflection->SwapElements(&message, field, one, size - 1);
    reflection->RemoveLast(&message, field);
    return;
  case 1:
    reflection->SwapElements(&message, field, one, other);
    return;
  case 2:
    if (isMessage) {
      Message *added = reflection->AddMessage(&message, field);
      added->CopyFrom(reflection->GetRepeatedMessage(message, field, one));
      return;
    }
    mutateScalar(message, field, -1);
    return;
  case 3:
    if (isMessage) {
      mutateMessage(*reflection->MutableRepeatedMessage(&message, field, one));
      return;
    }
    [[fallthrough]];
  default:
    mutateScalar(message, field, one);
    return;
  }
}

void ModelMutator::mutateSingle(Message &message, const Field *field) {
  const Reflection *reflection = message.GetReflection();
  if (pick(8) == 0) {
    reflection->ClearField(&message, field);
    return;
  }
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    mutateMessage(*reflection->MutableMessage(&message, field));
    return;
  }
  mutateScalar(message, field, -1);
}

void ModelMutator::mutateScalar(Message &message, const Field *field,
                                int index) {
  const Reflection *r = message.GetReflection();
  bool isRepeated = field->is_repeated(), isNew = isRepeated && index < 0;
  // Reads the old value (0 for a new element), writes the new one.
#define WAFER_CHANGE(Name, change)                                             \
  {                                                                            \
    using T = decltype(r->Get##Name(message, field));                          \
    std::decay_t<T> old{};                                                     \
    if (!isNew)                                                                \
      old = isRepeated ? r->GetRepeated##Name(message, field, index)           \
                       : r->Get##Name(message, field);                         \
    std::decay_t<T> value = static_cast<std::decay_t<T>>(change);              \
    if (isNew)                                                                 \
      r->Add##Name(&message, field, value);                                    \
    else if (isRepeated)                                                       \
      r->SetRepeated##Name(&message, field, index, value);                     \
    else                                                                       \
      r->Set##Name(&message, field, value);                                    \
    return;                                                                    \
  }
  switch (field->cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32:
    WAFER_CHANGE(Int32, mutateInteger(old))
  case FieldDescriptor::CPPTYPE_INT64:
    WAFER_CHANGE(Int64, mutateInteger(old))
  case FieldDescriptor::CPPTYPE_UINT32:
    WAFER_CHANGE(UInt32, mutateInteger(old))
  case FieldDescriptor::CPPTYPE_UINT64:
    WAFER_CHANGE(UInt64, mutateInteger(static_cast<int64_t>(old)))
  case FieldDescriptor::CPPTYPE_FLOAT:
    WAFER_CHANGE(Float, mutateNumber(old))
  case FieldDescriptor::CPPTYPE_DOUBLE:
    WAFER_CHANGE(Double, mutateNumber(old))
  case FieldDescriptor::CPPTYPE_BOOL:
    WAFER_CHANGE(Bool, !old)
  case FieldDescriptor::CPPTYPE_ENUM:
    WAFER_CHANGE(EnumValue, static_cast<int>(pick(24)) + 0 * old)
  case FieldDescriptor::CPPTYPE_STRING:
    WAFER_CHANGE(String, mutateString(field, old))
  case FieldDescriptor::CPPTYPE_MESSAGE:
    return;
  }
#undef WAFER_CHANGE
}

int64_t ModelMutator::mutateInteger(int64_t value) {
  static constexpr int64_t kCorners[] = {
      0,         -1,        1,         2,         3,
      4,         7,         INT8_MAX,  UINT8_MAX, INT16_MAX,
      1 << 16,   65537,     INT32_MAX, INT32_MIN, UINT32_MAX,
      1ll << 33, 1ll << 40, 1ll << 62, INT64_MAX, INT64_MIN};
  switch (pick(6)) {
  case 0:
    return static_cast<int64_t>(static_cast<uint64_t>(value) + pick(3) - 1);
  case 1:
    return static_cast<int64_t>(pick(32));
  case 2:
    return -static_cast<int64_t>(pick(8));
  case 3:
    return static_cast<int64_t>(static_cast<uint64_t>(value) * 2);
  default:
    return kCorners[pick(std::size(kCorners))];
  }
}

double ModelMutator::mutateNumber(double value) {
  static constexpr double kCorners[] = {
      0,
      -0.0,
      1,
      -1,
      0.5,
      1e-45,
      1e38,
      -1e300,
      9.3e18,
      std::numeric_limits<double>::infinity(),
      -std::numeric_limits<double>::infinity(),
      std::numeric_limits<double>::quiet_NaN()};
  return pick(3) ? kCorners[pick(std::size(kCorners))] : value * 2 - 1;
}

std::string ModelMutator::mutateString(const Field *field,
                                       const std::string &value) {
  std::set<std::string> &types = getOperatorTypes();
  if (field->name() == "op_type" && !types.empty() && pick(4))
    return *std::next(types.begin(), static_cast<long>(pick(types.size())));
  bool isName = field->type() == FieldDescriptor::TYPE_STRING;
  if (isName && !names.empty() && pick(4))
    return names[pick(names.size())];
  if (!isName && pick(2)) {
    // Data: longer, shorter, other values.
    std::string bytes = value;
    bytes.resize(pick(2) ? value.size() / 2 : value.size() + pick(9), '\xff');
    return bytes;
  }
  constexpr size_t kGrowthInBytes = 16;
  std::string text = value;
  size_t size = text.size();
  text.resize(size + kGrowthInBytes);
  text.resize(
      mutateBytes(reinterpret_cast<uint8_t *>(text.data()), size, text.size()));
  return text;
}

} // namespace wafer::fuzz
