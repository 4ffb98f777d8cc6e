//===- GatheredRows.cpp - host tensors picked from others -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Machine/HostMemory.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;
using llvm::Error;

template <typename T>
static Error copyRows(const Tensor &table, llvm::ArrayRef<T> indices,
                      Tensor &result) {
  int64_t rows = table.shape.front();
  size_t bytes = rows ? table.getBytes().size() / rows : 0;
  uint8_t *to = result.getMutableBytes().data();
  for (auto [i, index] : llvm::enumerate(indices)) {
    int64_t row = index < 0 ? index + rows : index;
    if (row < 0 || row >= rows)
      return llvm::createStringError(
          "index " + std::to_string(index) + " at place " + std::to_string(i) +
          " picks no row of " + std::to_string(rows));
    std::memcpy(to + i * bytes, table.getBytes().data() + row * bytes, bytes);
  }
  return Error::success();
}

llvm::Expected<Tensor> exec::gatherRows(const Tensor &table,
                                        const Tensor &indices,
                                        llvm::ArrayRef<int64_t> shape) {
  Tensor result(table.elementType, shape);
  Error error = indices.elementType == ElementType::I32
                    ? copyRows(table, indices.getValues<int32_t>(), result)
                    : copyRows(table, indices.getValues<int64_t>(), result);
  if (error)
    return std::move(error);
  return result;
}

Error HostMemory::prepareGathered(pe::HostOp host) {
  auto gather = cast<pe::GatherAttr>(*host.getValue());
  auto find = [&](FlatSymbolRefAttr symbol) {
    return SymbolTable::lookupNearestSymbolFrom<pe::HostOp>(host, symbol);
  };
  pe::HostOp table = find(gather.getTable()),
             indices = find(gather.getIndices());
  for (pe::HostOp source : {table, indices})
    if (Error error = prepare(source))
      return error;
  llvm::Expected<Tensor> rows =
      gatherRows(tensors[table.getSymName()], tensors[indices.getSymName()],
                 host.getTensorType().getShape());
  if (!rows)
    return llvm::createStringError("host tensor @" + host.getSymName() + ": " +
                                   llvm::toString(rows.takeError()));
  rows->name = host.getSymName().str();
  tensors[host.getSymName()] = std::move(*rows);
  return Error::success();
}
