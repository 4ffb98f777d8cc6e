//===- TosaShapes.cpp - TOSA's ops that move elements -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TosaOps.h"

using namespace mlir;

namespace wafer::importer {

/// The first operand; null, with an error, if it has no value.
static Value getInput(TensorImporter &importer, Operation &op) {
  Value input = importer.lookup(op.getOperand(0));
  if (!input)
    op.emitOpError("operand #0 has no elements that are known");
  return input;
}

static LogicalResult importReshape(TensorImporter &importer, Operation &op) {
  Value input = getInput(importer, op);
  if (!input)
    return failure();
  importer.define(op.getResult(0),
                  importer.emit.reshape(input, getResultType(op).getShape()));
  return success();
}

static LogicalResult importTranspose(TensorImporter &importer, Operation &op) {
  Value input = getInput(importer, op);
  if (!input)
    return failure();
  ArrayRef<int32_t> perms = cast<tosa::TransposeOp>(op).getPerms();
  SmallVector<int64_t> perm(perms.begin(), perms.end());
  importer.define(op.getResult(0), importer.emit.transpose(input, perm));
  return success();
}

static LogicalResult importSlice(TensorImporter &importer, Operation &op) {
  Value input = getInput(importer, op);
  FailureOr<SmallVector<int64_t>> starts = getShapeOperand(op, 1);
  if (!input || failed(starts))
    return failure();
  SmallVector<int64_t> steps(starts->size(), 1);
  importer.define(
      op.getResult(0),
      importer.emit.slice(input, *starts, getResultType(op).getShape(), steps));
  return success();
}

static LogicalResult importReverse(TensorImporter &importer, Operation &op) {
  Value input = getInput(importer, op);
  if (!input)
    return failure();
  SmallVector<int64_t> sizes(getShape(input));
  SmallVector<int64_t> starts(sizes.size(), 0), steps(sizes.size(), 1);
  int64_t axis = cast<tosa::ReverseOp>(op).getAxis();
  if (sizes[axis] > 0) {
    starts[axis] = sizes[axis] - 1;
    steps[axis] = -1;
  }
  importer.define(op.getResult(0),
                  importer.emit.slice(input, starts, sizes, steps));
  return success();
}

/// Each dimension d becomes 1×d, is repeated to m×d, and again one dimension.
static LogicalResult importTile(TensorImporter &importer, Operation &op) {
  Value input = getInput(importer, op);
  FailureOr<SmallVector<int64_t>> multiples = getShapeOperand(op, 1);
  if (!input || failed(multiples))
    return failure();
  TensorEmitter &emit = importer.emit;
  ArrayRef<int64_t> shape = getResultType(op).getShape();
  bool isExpansion = llvm::all_of(llvm::enumerate(*multiples), [&](auto entry) {
    return entry.value() == 1 || getShape(input)[entry.index()] == 1;
  });
  if (!isExpansion) {
    SmallVector<int64_t> split, repeated;
    for (auto [size, multiple] : llvm::zip(getShape(input), *multiples)) {
      split.append({1, size});
      repeated.append({multiple, size});
    }
    input = emit.expand(emit.reshape(input, split), repeated);
    importer.define(op.getResult(0), emit.reshape(input, shape));
    return success();
  }
  importer.define(op.getResult(0), emit.expand(input, shape));
  return success();
}

static LogicalResult importConcat(TensorImporter &importer, Operation &op) {
  SmallVector<Value> inputs;
  if (failed(importer.lookupAll(op, inputs)))
    return failure();
  importer.define(
      op.getResult(0),
      importer.emit.concat(
          inputs, static_cast<int64_t>(cast<tosa::ConcatOp>(op).getAxis())));
  return success();
}

static LogicalResult importPad(TensorImporter &importer, Operation &op) {
  Value input = getInput(importer, op);
  FailureOr<SmallVector<int64_t>> padding = getShapeOperand(op, 1);
  Value value = importer.lookup(op.getOperand(2));
  if (!input || !value || failed(padding))
    return failure();
  SmallVector<int64_t> low, high;
  for (size_t i = 0; i + 1 < padding->size(); i += 2) {
    low.push_back((*padding)[i]);
    high.push_back((*padding)[i + 1]);
  }
  TensorEmitter &emit = importer.emit;
  return defineResult(importer, op,
                      emit.pad(input, emit.reshape(value, {}), low, high));
}

/// result[n, w, c] = values[n, indices[n, w], c].
static LogicalResult importGather(TensorImporter &importer, Operation &op) {
  SmallVector<Value> operands;
  if (failed(importer.lookupAll(op, operands)))
    return failure();
  TensorEmitter &emit = importer.emit;
  ArrayRef<int64_t> shape = getResultType(op).getShape();
  auto [table, indices] = std::pair(operands[0], operands[1]);
  Value result;
  if (shape[0] == 1) {
    result = emit.gather(emit.reshape(table, getShape(table).drop_front()),
                         emit.reshape(indices, {shape[1]}), /*axis=*/0);
  } else {
    indices = emit.reshape(indices, {shape[0], shape[1], 1});
    result = graph::GatherNDOp::create(emit.builder, emit.loc,
                                       getResultType(op), table, indices,
                                       /*batch_dims=*/1);
  }
  importer.define(op.getResult(0), emit.reshape(result, shape));
  return success();
}

/// values[n, indices[n, w], c] = input[n, w, c].
static LogicalResult importScatter(TensorImporter &importer, Operation &op) {
  SmallVector<Value> operands;
  if (failed(importer.lookupAll(op, operands)))
    return failure();
  TensorEmitter &emit = importer.emit;
  SmallVector<int64_t> shape(getShape(operands[1]));
  Value places = emit.expand(emit.reshape(operands[1], {shape[0], shape[1], 1}),
                             getShape(operands[2]));
  return defineResult(importer, op,
                      graph::ScatterElementsOp::create(
                          emit.builder, emit.loc, operands[0].getType(),
                          operands[0], places, operands[2],
                          graph::ScatterMode::None, /*axis=*/1));
}

void addTosaShapeImporters(TensorOpTable &table) {
  table["tosa.concat"] = importConcat;
  table["tosa.gather"] = importGather;
  table["tosa.pad"] = importPad;
  table["tosa.reshape"] = importReshape;
  table["tosa.reverse"] = importReverse;
  table["tosa.scatter"] = importScatter;
  table["tosa.slice"] = importSlice;
  table["tosa.tile"] = importTile;
  table["tosa.transpose"] = importTranspose;
}

} // namespace wafer::importer
