//===- Tensor.cpp - arrays of numbers outside the IR -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Tensor.h"
#include "wafer/Executor/Convert.h"
#include "llvm/Support/CheckedArithmetic.h"
#include <cstring>
#include <unistd.h>

using namespace llvm;

namespace wafer::exec {

StringRef stringifyElementType(ElementType type) {
  static constexpr StringLiteral names[] = {"f32", "f16", "bf16", "f64", "i8",
                                            "i16", "i32", "i64",  "u8",  "u16",
                                            "u32", "u64", "bool"};
  return names[static_cast<unsigned>(type)];
}

unsigned getSizeInBytes(ElementType type) {
  return withElementType(type,
                         [](auto tag) -> unsigned { return sizeof(tag); });
}

bool isFloat(ElementType type) {
  return type == ElementType::F32 || type == ElementType::F16 ||
         type == ElementType::BF16 || type == ElementType::F64;
}

int64_t countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  bool isEmpty = false;
  for (int64_t dim : shape) {
    if (dim < 0)
      return -1;
    isEmpty |= dim == 0;
    std::optional<int64_t> product = checkedMul(count, dim ? dim : 1);
    if (!product || *product > INT64_MAX / 8)
      return -1;
    count = *product;
  }
  return isEmpty ? 0 : count;
}

std::string describeExcess(ArrayRef<int64_t> shape, unsigned elementSize) {
  static const int64_t memory =
      static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  int64_t count = countElements(shape);
  if (count >= 0 && (memory <= 0 || count <= memory / elementSize))
    return "";
  std::string bytes =
      count < 0 ? "more than 2^63" : std::to_string(count * elementSize);
  return "needs " + bytes + " bytes of memory, this machine has " +
         std::to_string(memory);
}

/// Uninitialised bytes, aligned for every element type.
static std::shared_ptr<uint8_t[]> allocate(size_t size) {
  return std::shared_ptr<uint8_t[]>(new uint8_t[std::max<size_t>(size, 1)]);
}

Tensor::Tensor(ElementType elementType, ArrayRef<int64_t> shape)
    : elementType(elementType), shape(shape),
      numElements(exec::countElements(shape)), isWritable(true) {
  assert(numElements >= 0 && "the caller checks the shape");
  std::shared_ptr<uint8_t[]> bytes = allocate(getSizeInBytes());
  std::memset(bytes.get(), 0, getSizeInBytes());
  data = bytes.get();
  owner = std::shared_ptr<const void>(bytes, bytes.get());
}

Tensor::Tensor(ElementType elementType, ArrayRef<int64_t> shape,
               std::shared_ptr<const void> owner, const uint8_t *data)
    : elementType(elementType), shape(shape),
      numElements(exec::countElements(shape)), owner(std::move(owner)),
      data(data) {
  assert(numElements >= 0 && "the caller checks the shape");
  assert(reinterpret_cast<uintptr_t>(data) %
             exec::getSizeInBytes(elementType) ==
         0);
}

Tensor Tensor::copyOf(ElementType elementType, ArrayRef<int64_t> shape,
                      ArrayRef<uint8_t> bytes) {
  std::shared_ptr<uint8_t[]> copy = allocate(bytes.size());
  if (!bytes.empty())
    std::memcpy(copy.get(), bytes.data(), bytes.size());
  Tensor result(elementType, shape,
                std::shared_ptr<const void>(copy, copy.get()), copy.get());
  assert(result.getSizeInBytes() == bytes.size());
  result.isWritable = true;
  return result;
}

MutableArrayRef<uint8_t> Tensor::getMutableBytes() {
  if (!isWritable || owner.use_count() > 1) {
    std::string savedName = std::move(name);
    *this = copyOf(elementType, shape, getBytes());
    name = std::move(savedName);
  }
  return {const_cast<uint8_t *>(data), getSizeInBytes()};
}

double Tensor::getAsDouble(int64_t index) const {
  return withElementType(elementType, [&](auto tag) -> double {
    return static_cast<double>(toNumber(getValues<decltype(tag)>()[index]));
  });
}

void Tensor::setFromDouble(int64_t index, double value) {
  withElementType(elementType, [&](auto tag) {
    getMutableValues<decltype(tag)>()[index] = fromNumber<decltype(tag)>(value);
  });
}

Tensor Tensor::reshaped(ArrayRef<int64_t> newShape) const {
  assert(exec::countElements(newShape) == numElements);
  Tensor result = *this;
  result.shape.assign(newShape.begin(), newShape.end());
  return result;
}

Tensor Tensor::convertedTo(ElementType type) const {
  if (type == elementType)
    return *this;
  Tensor result(type, shape);
  result.name = name;
  withElementType(elementType, [&](auto fromTag) {
    using From = decltype(fromTag);
    withElementType(type, [&](auto toTag) {
      using To = decltype(toTag);
      ArrayRef<From> from = getValues<From>();
      MutableArrayRef<To> to = result.getMutableValues<To>();
      for (size_t i = 0, e = from.size(); i < e; ++i)
        to[i] = convertElement<To>(from[i]);
    });
  });
  return result;
}

std::string Tensor::getTypeString() const {
  std::string text;
  for (int64_t dim : shape)
    text += std::to_string(dim) + "x";
  return text + stringifyElementType(elementType).str();
}

} // namespace wafer::exec
