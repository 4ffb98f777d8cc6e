//===- Constants.cpp - IR constants as tensors ------------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Constants.h"
#include "dialects/Graph/ExternalData.h"
#include "dialects/Graph/SeededConstants.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "wafer/Executor/TensorIO.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace wafer::exec {

std::optional<ElementType> getElementType(Type type) {
  if (type.isF32())
    return ElementType::F32;
  if (type.isF16())
    return ElementType::F16;
  if (type.isBF16())
    return ElementType::BF16;
  if (type.isF64())
    return ElementType::F64;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.isSigned())
    return std::nullopt;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return isUnsigned ? std::nullopt : std::optional(ElementType::Bool);
  case 8:
    return isUnsigned ? ElementType::U8 : ElementType::I8;
  case 16:
    return isUnsigned ? ElementType::U16 : ElementType::I16;
  case 32:
    return isUnsigned ? ElementType::U32 : ElementType::I32;
  case 64:
    return isUnsigned ? ElementType::U64 : ElementType::I64;
  default:
    return std::nullopt;
  }
}

Type getIRType(ElementType type, MLIRContext *context) {
  auto integer = [&](unsigned width, bool isUnsigned = false) -> Type {
    return IntegerType::get(context, width,
                            isUnsigned ? IntegerType::Unsigned
                                       : IntegerType::Signless);
  };
  switch (type) {
  case ElementType::F32:
    return Float32Type::get(context);
  case ElementType::F16:
    return Float16Type::get(context);
  case ElementType::BF16:
    return BFloat16Type::get(context);
  case ElementType::F64:
    return Float64Type::get(context);
  case ElementType::I8:
    return integer(8);
  case ElementType::I16:
    return integer(16);
  case ElementType::I32:
    return integer(32);
  case ElementType::I64:
    return integer(64);
  case ElementType::U8:
    return integer(8, true);
  case ElementType::U16:
    return integer(16, true);
  case ElementType::U32:
    return integer(32, true);
  case ElementType::U64:
    return integer(64, true);
  case ElementType::Bool:
    return integer(1);
  }
  llvm_unreachable("element types are listed above");
}

bool hasType(const Tensor &tensor, Type type) {
  auto ranked = dyn_cast<RankedTensorType>(type);
  return ranked && ranked.getShape() == ArrayRef<int64_t>(tensor.shape) &&
         getElementType(ranked.getElementType()) == tensor.elementType;
}

static Tensor readDense(DenseElementsAttr dense, ElementType type,
                        ArrayRef<int64_t> shape) {
  Tensor result(type, shape);
  if (type == ElementType::Bool) {
    auto out = result.getMutableBytes();
    for (auto [i, value] : llvm::enumerate(dense.getValues<bool>()))
      out[i] = value;
    return result;
  }
  ArrayRef<char> raw = dense.getRawData();
  auto out = result.getMutableBytes();
  size_t elementSize = getSizeInBytes(type);
  if (dense.isSplat()) {
    for (size_t i = 0; i < out.size(); i += elementSize)
      std::memcpy(out.data() + i, raw.data(), elementSize);
  } else if (!out.empty()) {
    std::memcpy(out.data(), raw.data(), out.size());
  }
  return result;
}

/// `out` elements from `first` on, all of the bytes of a `type` tensor.
static void generate(const SeededValues &values, ElementType type,
                     uint64_t first, MutableArrayRef<uint8_t> out) {
  size_t count = out.size() / getSizeInBytes(type);
  auto as = [&](auto *data) { return MutableArrayRef(data, count); };
  switch (type) {
  case ElementType::F32:
    return values.generate(first, as(reinterpret_cast<float *>(out.data())));
  case ElementType::F16:
    return values.generateF16(first,
                              as(reinterpret_cast<uint16_t *>(out.data())));
  case ElementType::BF16:
    return values.generateBF16(first,
                               as(reinterpret_cast<uint16_t *>(out.data())));
  default:
    llvm_unreachable("#graph.seeded has floats of at most 32 bits or f64");
  }
}

static Tensor readSeeded(graph::SeededAttr attr, ElementType type,
                         ArrayRef<int64_t> shape) {
  // Of f64 the f32 numbers.
  ElementType drawn = type == ElementType::F64 ? ElementType::F32 : type;
  size_t size = countElements(shape) * getSizeInBytes(drawn);
  // Not zeroed first: these are the largest tensors that there are.
  std::shared_ptr<uint8_t[]> bytes(new uint8_t[std::max<size_t>(size, 1)]);
  generate(graph::getSeededValues(attr), drawn, /*first=*/0,
           {bytes.get(), size});
  return Tensor(drawn, shape, std::shared_ptr<const void>(bytes, bytes.get()),
                bytes.get())
      .convertedTo(type);
}

llvm::Expected<Tensor> ConstantReader::read(Attribute value, StringRef what) {
  auto typed = dyn_cast<TypedAttr>(value);
  auto type = typed ? dyn_cast<RankedTensorType>(typed.getType()) : nullptr;
  std::optional<ElementType> elementType =
      type ? getElementType(type.getElementType()) : std::nullopt;
  if (!elementType || countElements(type.getShape()) < 0)
    return makeFileError(what, "not a constant tensor of a supported type");
  if (auto dense = dyn_cast<DenseElementsAttr>(value))
    return readDense(dense, *elementType, type.getShape());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    size_t size = countElements(type.getShape()) * getSizeInBytes(*elementType);
    if (!blob || blob->getData().size() != size)
      return makeFileError(what, "its resource \"" +
                                     resource.getRawHandle().getKey() +
                                     "\" is absent or has the wrong size");
    auto *bytes = reinterpret_cast<const uint8_t *>(blob->getData().data());
    return Tensor::copyOf(*elementType, type.getShape(), {bytes, size});
  }
  if (auto external = dyn_cast<graph::ExternalAttr>(value))
    return readExternal(external, what);
  if (auto seeded = dyn_cast<graph::SeededAttr>(value))
    return readSeeded(seeded, *elementType, type.getShape());
  return makeFileError(what, "not a constant tensor of a supported kind");
}

llvm::Expected<Tensor> ConstantReader::readExternal(graph::ExternalAttr attr,
                                                    StringRef what) {
  SmallString<128> path;
  if (!llvm::sys::path::is_absolute(attr.getPath()))
    path = baseDir;
  llvm::sys::path::append(path, attr.getPath());
  std::shared_ptr<llvm::MemoryBuffer> &file = files[path];
  if (!file) {
    auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (!buffer)
      return makeFileError(path, buffer.getError().message() +
                                     " (data of constant \"" + what + "\")");
    file = std::move(*buffer);
  }
  uint64_t offset = attr.getOffset(), size = attr.getSize();
  if (offset > file->getBufferSize() || size > file->getBufferSize() - offset)
    return makeFileError(path, "constant \"" + what + "\" needs bytes " +
                                   Twine(offset) + " to " +
                                   Twine(offset + size) + ", the file has " +
                                   Twine(file->getBufferSize()));
  auto *bytes =
      reinterpret_cast<const uint8_t *>(file->getBufferStart()) + offset;
  std::string key =
      (path + ":" + Twine(offset) + ":" + Twine(size) + ":" + attr.getHash())
          .str();
  if (!checked.contains(key)) {
    std::string hash = graph::hashExternalData({bytes, size});
    if (hash != attr.getHash())
      return makeFileError(path, "bytes of constant \"" + what +
                                     "\" have changed: their hash is " + hash +
                                     ", expected " + attr.getHash());
    checked.insert(key);
  }
  auto type = cast<RankedTensorType>(attr.getType());
  ElementType elementType = *getElementType(type.getElementType());
  if (reinterpret_cast<uintptr_t>(bytes) % getSizeInBytes(elementType))
    return Tensor::copyOf(elementType, type.getShape(), {bytes, size});
  return Tensor(elementType, type.getShape(), file, bytes);
}

} // namespace wafer::exec
