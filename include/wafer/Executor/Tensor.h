//===- Tensor.h - arrays of numbers outside the IR -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_TENSOR_H
#define WAFER_EXECUTOR_TENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cassert>
#include <cstdint>
#include <memory>
#include <string>

namespace wafer::exec {

enum class ElementType : uint8_t {
  F32,
  F16,
  BF16,
  F64,
  I8,
  I16,
  I32,
  I64,
  U8,
  U16,
  U32,
  U64,
  Bool
};

/// "f32", "i64", "bool" and so on.
llvm::StringRef stringifyElementType(ElementType type);
/// Bytes of an element in memory and in files; bool takes one (0 or 1).
unsigned getSizeInBytes(ElementType type);
bool isFloat(ElementType type);

/// Number of elements of `shape`; -1 if a dimension is negative or the bytes of
/// such a tensor of 8-byte elements would not fit in 63 bits.
int64_t countElements(llvm::ArrayRef<int64_t> shape);

/// What is wrong with holding `shape` in memory: its bytes, at `elementSize`
/// each, are more than this machine has. Empty if nothing is. Models declare
/// what they like: ask before making a Tensor of a shape from outside.
std::string describeExcess(llvm::ArrayRef<int64_t> shape,
                           unsigned elementSize = 8);

/// A dense tensor in row-major order. Copies share the bytes; the first write
/// through a shared copy makes its own (so a mapped file is never written).
class Tensor {
public:
  Tensor() = default;
  /// Zeros. `shape` must have a count of elements (see countElements).
  Tensor(ElementType elementType, llvm::ArrayRef<int64_t> shape);
  /// Bytes owned by `owner` (a mapped file), aligned for the element type.
  Tensor(ElementType elementType, llvm::ArrayRef<int64_t> shape,
         std::shared_ptr<const void> owner, const uint8_t *data);
  /// A copy of `bytes`, whatever their alignment.
  static Tensor copyOf(ElementType elementType, llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<uint8_t> bytes);

  std::string name;
  ElementType elementType = ElementType::F32;
  llvm::SmallVector<int64_t> shape = {0};

  int64_t getNumElements() const { return numElements; }
  size_t getSizeInBytes() const {
    return static_cast<size_t>(numElements) * exec::getSizeInBytes(elementType);
  }
  llvm::ArrayRef<uint8_t> getBytes() const { return {data, getSizeInBytes()}; }
  llvm::MutableArrayRef<uint8_t> getMutableBytes();

  /// The elements as the C++ type that has their size.
  template <typename T> llvm::ArrayRef<T> getValues() const {
    assert(sizeof(T) == exec::getSizeInBytes(elementType));
    return {reinterpret_cast<const T *>(data),
            static_cast<size_t>(numElements)};
  }
  template <typename T> llvm::MutableArrayRef<T> getMutableValues() {
    assert(sizeof(T) == exec::getSizeInBytes(elementType));
    return {reinterpret_cast<T *>(getMutableBytes().data()),
            static_cast<size_t>(numElements)};
  }

  /// Element `index` (row-major) as a double; integers beyond 2^53 round.
  double getAsDouble(int64_t index) const;
  /// Stores `value` converted as graph.cast does it.
  void setFromDouble(int64_t index, double value);

  /// The same elements under a shape of the same count; shares the bytes.
  Tensor reshaped(llvm::ArrayRef<int64_t> newShape) const;
  /// Converted element by element as graph.cast does it.
  Tensor convertedTo(ElementType type) const;

  /// "8x24xf32".
  std::string getTypeString() const;

private:
  int64_t numElements = 0;
  std::shared_ptr<const void> owner;
  const uint8_t *data = nullptr;
  bool isWritable = false;
};

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_TENSOR_H
