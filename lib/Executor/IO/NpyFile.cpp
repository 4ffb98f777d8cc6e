//===- NpyFile.cpp - numpy's .npy files -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/TensorIO.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

using namespace llvm;

namespace wafer::exec {
namespace {

constexpr StringLiteral kMagic = "\x93NUMPY";

struct NpyHeader {
  std::optional<ElementType> type;
  std::optional<bool> isFortranOrder;
  std::optional<SmallVector<int64_t>> shape;
};

/// Parses the header, a Python dict of three known keys in any order:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
public:
  HeaderParser(StringRef text) : text(text) {}

  /// Empty on success, else what is wrong.
  std::string parse(NpyHeader &header) {
    if (!take("{"))
      return "its header is not a dict";
    while (!take("}")) {
      std::optional<StringRef> key = takeString();
      if (!key || !take(":"))
        return "its header is not a dict of strings";
      std::string error = parseValue(*key, header);
      if (!error.empty())
        return error;
      if (!take(",") && !peek("}"))
        return "its header lacks a comma after '" + key->str() + "'";
    }
    skipSpace();
    if (!text.empty())
      return "its header goes on after the dict";
    if (!header.type || !header.isFortranOrder || !header.shape)
      return "its header lacks descr, fortran_order or shape";
    return "";
  }

private:
  StringRef text;

  void skipSpace() { text = text.ltrim(" \n\t"); }
  bool peek(StringRef token) {
    skipSpace();
    return text.starts_with(token);
  }
  bool take(StringRef token) {
    skipSpace();
    return text.consume_front(token);
  }
  std::optional<StringRef> takeString() {
    skipSpace();
    if (text.empty() || (text[0] != '\'' && text[0] != '"'))
      return std::nullopt;
    size_t end = text.find(text[0], 1);
    if (end == StringRef::npos)
      return std::nullopt;
    StringRef value = text.slice(1, end);
    text = text.drop_front(end + 1);
    return value;
  }

  std::string parseValue(StringRef key, NpyHeader &header) {
    if (key == "descr")
      return parseType(header);
    if (key == "fortran_order") {
      if (take("True"))
        header.isFortranOrder = true;
      else if (take("False"))
        header.isFortranOrder = false;
      else
        return "fortran_order is neither True nor False";
      return "";
    }
    if (key == "shape")
      return parseShape(header);
    return "its header has the unknown key '" + key.str() + "'";
  }

  std::string parseType(NpyHeader &header) {
    std::optional<StringRef> descr = takeString();
    if (!descr)
      return "structured element types are not supported";
    header.type = StringSwitch<std::optional<ElementType>>(*descr)
                      .Case("<f2", ElementType::F16)
                      .Case("<f4", ElementType::F32)
                      .Case("<f8", ElementType::F64)
                      .Cases({"|i1", "<i1"}, ElementType::I8)
                      .Case("<i2", ElementType::I16)
                      .Case("<i4", ElementType::I32)
                      .Case("<i8", ElementType::I64)
                      .Cases({"|u1", "<u1"}, ElementType::U8)
                      .Case("<u2", ElementType::U16)
                      .Case("<u4", ElementType::U32)
                      .Case("<u8", ElementType::U64)
                      .Cases({"|b1", "<b1"}, ElementType::Bool)
                      .Default(std::nullopt);
    if (!header.type)
      return "element type '" + descr->str() +
             "' is not supported, expected little-endian f2 f4 f8 i1 i2 i4 i8 "
             "u1 u2 u4 u8 or b1";
    return "";
  }

  std::string parseShape(NpyHeader &header) {
    if (!take("("))
      return "shape is not a tuple";
    SmallVector<int64_t> shape;
    while (!take(")")) {
      skipSpace();
      uint64_t dim;
      if (text.consumeInteger(10, dim) || dim > uint64_t(INT64_MAX))
        return "shape is not a tuple of sizes";
      shape.push_back(static_cast<int64_t>(dim));
      text.consume_front("L"); // Python 2's long integers
      if (!take(",") && !peek(")"))
        return "shape lacks a comma";
    }
    header.shape = std::move(shape);
    return "";
  }
};

/// Splits a file into header text and data. Empty on success.
std::string splitFile(StringRef file, StringRef &header, StringRef &data) {
  if (!file.starts_with(kMagic) || file.size() < 10)
    return "not a .npy file";
  uint8_t version = file[6];
  if (version < 1 || version > 3)
    return "version " + std::to_string(version) + " of .npy is not known";
  size_t lengthSize = version == 1 ? 2 : 4;
  if (file.size() < 8 + lengthSize)
    return "truncated in its header";
  size_t length = version == 1 ? support::endian::read16le(file.data() + 8)
                               : support::endian::read32le(file.data() + 8);
  StringRef rest = file.drop_front(8 + lengthSize);
  if (rest.size() < length)
    return "truncated in its header";
  header = rest.take_front(length);
  data = rest.drop_front(length);
  return "";
}

/// Reorders column-major `data` to row-major.
Tensor transposeFortran(ElementType type, ArrayRef<int64_t> shape,
                        const uint8_t *data) {
  Tensor result(type, shape);
  uint8_t *out = result.getMutableBytes().data();
  size_t size = getSizeInBytes(type);
  size_t rank = shape.size();
  SmallVector<int64_t> index(rank, 0), stride(rank, 1);
  for (size_t d = 1; d < rank; ++d)
    stride[d] = stride[d - 1] * shape[d - 1];
  for (int64_t i = 0, e = result.getNumElements(); i < e; ++i) {
    int64_t from = 0;
    for (size_t d = 0; d < rank; ++d)
      from += index[d] * stride[d];
    std::memcpy(out + i * size, data + from * size, size);
    for (size_t d = rank; d-- > 0 && ++index[d] == shape[d];)
      index[d] = 0;
  }
  return result;
}

} // namespace

Expected<Tensor> readNpy(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeFileError(path, buffer.getError().message());
  StringRef headerText, data;
  std::string error = splitFile((*buffer)->getBuffer(), headerText, data);
  NpyHeader header;
  if (error.empty())
    error = HeaderParser(headerText).parse(header);
  if (!error.empty())
    return makeFileError(path, error);

  int64_t count = countElements(*header.shape);
  if (count < 0)
    return makeFileError(path, "its shape is too large");
  size_t size = static_cast<size_t>(count) * getSizeInBytes(*header.type);
  if (data.size() != size)
    return makeFileError(path, "its shape needs " + Twine(size) +
                                   " bytes of data, it has " +
                                   Twine(data.size()));
  auto *bytes = reinterpret_cast<const uint8_t *>(data.data());
  if (*header.type == ElementType::Bool)
    for (uint8_t byte : ArrayRef<uint8_t>(bytes, size))
      if (byte > 1)
        return makeFileError(path, "a bool is neither 0 nor 1");
  if (*header.isFortranOrder && header.shape->size() > 1)
    return transposeFortran(*header.type, *header.shape, bytes);
  if (reinterpret_cast<uintptr_t>(bytes) % getSizeInBytes(*header.type))
    return Tensor::copyOf(*header.type, *header.shape, {bytes, size});
  std::shared_ptr<MemoryBuffer> owner = std::move(*buffer);
  return Tensor(*header.type, *header.shape, owner, bytes);
}

static StringRef getDescr(ElementType type) {
  switch (type) {
  case ElementType::BF16: // written as f32
  case ElementType::F32:
    return "<f4";
  case ElementType::F16:
    return "<f2";
  case ElementType::F64:
    return "<f8";
  case ElementType::I8:
    return "|i1";
  case ElementType::I16:
    return "<i2";
  case ElementType::I32:
    return "<i4";
  case ElementType::I64:
    return "<i8";
  case ElementType::U8:
    return "|u1";
  case ElementType::U16:
    return "<u2";
  case ElementType::U32:
    return "<u4";
  case ElementType::U64:
    return "<u8";
  case ElementType::Bool:
    return "|b1";
  }
  llvm_unreachable("element types are listed above");
}

Error writeNpy(StringRef path, const Tensor &tensor) {
  if (tensor.elementType == ElementType::BF16)
    return writeNpy(path, tensor.convertedTo(ElementType::F32));
  std::string header = "{'descr': '" + getDescr(tensor.elementType).str() +
                       "', 'fortran_order': False, 'shape': (";
  for (auto [i, dim] : enumerate(tensor.shape))
    header += (i ? ", " : "") + std::to_string(dim);
  header += tensor.shape.size() == 1 ? ",), }" : "), }";
  // The data starts at a multiple of 64 bytes, the header ends in a newline.
  bool isShort = header.size() + 75 < 65536;
  size_t prefix = isShort ? 10 : 12;
  header.append(63 - (prefix + header.size()) % 64, ' ');
  header += '\n';
  return writeFileAtomically(path, [&](raw_ostream &os) {
    os << kMagic << char(isShort ? 1 : 2) << char(0);
    char length[4];
    support::endian::write32le(length, header.size());
    os.write(length, prefix - 8);
    os << header;
    ArrayRef<uint8_t> bytes = tensor.getBytes();
    os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  });
}

} // namespace wafer::exec
