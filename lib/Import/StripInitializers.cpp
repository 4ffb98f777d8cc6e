//===- StripInitializers.cpp - an ONNX file without its weights -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// protobuf copies every byte of a message. A model's weights are most of it, so
// that the message is copied here without them, length prefixes adjusted, and
// only the rest is given to protobuf:
//
//   ModelProto { …, graph (7) GraphProto { node…, initializer (5) TensorProto {
//     dims, data_type, raw_data (9): 4 MB } } }
//
// becomes the same message without field 9, and the place of the 4 MB. Besides
// raw_data, packed float_data and double_data are little-endian elements as
// well.
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"

using namespace llvm;

namespace wafer::importer {
namespace {

enum WireType : unsigned {
  Varint = 0,
  Fixed64 = 1,
  Delimited = 2,
  Fixed32 = 5
};

constexpr uint64_t kModelGraph = 7, kGraphInitializer = 5;
constexpr uint64_t kTensorDataType = 2, kTensorFloatData = 4,
                   kTensorRawData = 9, kTensorDoubleData = 10;

/// One field of a message: all its bytes, and the content (Delimited) or the
/// number (Varint).
struct WireField {
  uint64_t number = 0, value = 0;
  unsigned type = 0;
  StringRef whole, content;
};

std::optional<uint64_t> takeVarint(StringRef &bytes) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    uint8_t byte = bytes.front();
    bytes = bytes.drop_front();
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80)
      return value;
  }
  return std::nullopt;
}

/// Takes a field from the front of `bytes`; false if it is malformed or a
/// group.
bool takeField(StringRef &bytes, WireField &field) {
  StringRef start = bytes;
  std::optional<uint64_t> tag = takeVarint(bytes);
  if (!tag)
    return false;
  field.number = *tag >> 3;
  field.type = *tag & 7;
  uint64_t length = 0;
  if (field.type == Varint || field.type == Delimited) {
    std::optional<uint64_t> value = takeVarint(bytes);
    if (!value)
      return false;
    field.value = *value;
    length = field.type == Delimited ? *value : 0;
  } else if (field.type == Fixed64) {
    length = 8;
  } else if (field.type == Fixed32) {
    length = 4;
  } else {
    return false;
  }
  if (length > bytes.size())
    return false;
  field.content = bytes.take_front(length);
  bytes = bytes.drop_front(length);
  field.whole = start.drop_back(bytes.size());
  return true;
}

void appendVarint(uint64_t value, std::string &out) {
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void appendMessage(uint64_t number, StringRef content, std::string &out) {
  appendVarint(number << 3 | Delimited, out);
  appendVarint(content.size(), out);
  out += content;
}

class Stripper {
public:
  Stripper(StringRef file, std::vector<std::optional<ByteRange>> &data)
      : file(file), data(data) {}

  bool stripModel(std::string &out) {
    StringRef bytes = file;
    WireField field;
    while (!bytes.empty()) {
      if (!takeField(bytes, field))
        return false;
      if (field.number != kModelGraph || field.type != Delimited) {
        out += field.whole;
        continue;
      }
      std::string graph;
      if (!stripGraph(field.content, graph))
        return false;
      appendMessage(kModelGraph, graph, out);
    }
    return true;
  }

private:
  StringRef file;
  std::vector<std::optional<ByteRange>> &data;

  bool stripGraph(StringRef bytes, std::string &out) {
    WireField field;
    while (!bytes.empty()) {
      if (!takeField(bytes, field))
        return false;
      if (field.number != kGraphInitializer || field.type != Delimited) {
        out += field.whole;
        continue;
      }
      std::string tensor;
      if (!stripTensor(field.content, tensor))
        return false;
      appendMessage(kGraphInitializer, tensor, out);
    }
    return true;
  }

  /// The data of `tensor` if exactly one field holds it, packed.
  bool findData(StringRef tensor, StringRef &content) {
    unsigned fields = 0;
    uint64_t dataType = 0, number = 0;
    WireField field;
    while (!tensor.empty()) {
      if (!takeField(tensor, field))
        return false;
      if (field.number == kTensorDataType && field.type == Varint)
        dataType = field.value;
      if (field.number != kTensorFloatData && field.number != kTensorRawData &&
          field.number != kTensorDoubleData)
        continue;
      ++fields;
      number = field.number;
      content = field.type == Delimited ? field.content : StringRef();
    }
    bool isElements =
        number == kTensorRawData ||
        (number == kTensorFloatData && dataType == onnx::TensorProto::FLOAT) ||
        (number == kTensorDoubleData && dataType == onnx::TensorProto::DOUBLE);
    if (fields != 1 || !isElements)
      content = StringRef();
    return true;
  }

  bool stripTensor(StringRef bytes, std::string &out) {
    StringRef content;
    if (!findData(bytes, content))
      return false;
    if (content.size() <= kInlineSizeInBytes) {
      out += bytes;
      data.push_back(std::nullopt);
      return true;
    }
    data.push_back(ByteRange{
        static_cast<uint64_t>(content.data() - file.data()), content.size()});
    WireField field;
    while (!bytes.empty() && takeField(bytes, field))
      if (field.content.data() != content.data() || field.type != Delimited)
        out += field.whole;
    return true;
  }
};

} // namespace

bool stripInitializers(StringRef model, std::string &skeleton,
                       std::vector<std::optional<ByteRange>> &data) {
  return Stripper(model, data).stripModel(skeleton);
}

} // namespace wafer::importer
