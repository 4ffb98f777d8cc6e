//===- TensorImport.cpp - TOSA and linalg into graph -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// One function becomes func.func @main of a new module:
//   1. its ports are checked: ranked tensors of static shape;
//   2. its ops are imported in order, each by an entry of one table (TOSA,
//      TosaShapes, Tensors, Scalars) or, structured ops of linalg, by
//      LinalgImport; values of scalar type are tensors of rank 0;
//   3. ops without uses go: constants that were attributes in effect (shapes,
//      zero points, neutral elements);
//   4. the verifier refuses what graph does not have (products of bool).
//
//===----------------------------------------------------------------------===//

#include "wafer/Import/TensorImport.h"
#include "TMTensor.h"
#include "TensorEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace wafer {

void registerTensorDialects(DialectRegistry &registry) {
  registry
      .insert<arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect,
              graph::GraphDialect, linalg::LinalgDialect, math::MathDialect,
              ml_program::MLProgramDialect, tensor::TensorDialect,
              tosa::TosaDialect, importer::TMTensorDialect>();
}

bool holdsTensorProgram(ModuleOp module) {
  bool hasTensorOps = false;
  auto walk = module.walk([&](Operation *op) {
    if (isa_and_nonnull<graph::GraphDialect>(op->getDialect()))
      return WalkResult::interrupt();
    hasTensorOps |= isa_and_nonnull<arith::ArithDialect, linalg::LinalgDialect,
                                    math::MathDialect, tensor::TensorDialect,
                                    tosa::TosaDialect>(op->getDialect());
    return WalkResult::advance();
  });
  return hasTensorOps && !walk.wasInterrupted();
}

namespace importer {
namespace {

const TensorOpTable &getTensorOps() {
  static const TensorOpTable table = [] {
    TensorOpTable all;
    addTosaImporters(all);
    addTosaShapeImporters(all);
    addTosaWindowImporters(all);
    addTensorImporters(all);
    addTMTensorImporters(all);
    addScalarImporters(all);
    return all;
  }();
  return table;
}

} // namespace

/// The function to import: the only one with a body.
static FailureOr<func::FuncOp> findFunction(ModuleOp module) {
  func::FuncOp found;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    if (found)
      return function.emitOpError("is a second function beside @")
             << found.getSymName() << ": a model is one";
    found = function;
  }
  if (!found)
    return module.emitError("holds no function with a body");
  if (!llvm::hasSingleElement(found.getBody()))
    return found.emitOpError("has control flow: a model is one block");
  return found;
}

static LogicalResult checkPort(func::FuncOp function, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() ||
      !graph::isElementType(tensor.getElementType()))
    return function.emitOpError("has an argument or result of type ")
           << type << ", expected tensors of static shape";
  return success();
}

static LogicalResult importOp(TensorImporter &importer, Operation &op) {
  // The source's message shows the op, as the verifier's do.
  importer.emit.loc = op.getLoc();
  if (isa<cf::AssertOp>(op))
    return success();
  for (Type type : op.getResultTypes())
    if (auto shaped = dyn_cast<ShapedType>(type);
        shaped && !shaped.hasStaticShape())
      return op.emitOpError("has a result of dynamic shape ") << type;
  auto it = getTensorOps().find(op.getName().getStringRef());
  if (it != getTensorOps().end())
    return it->second(importer, op);
  if (isa<linalg::LinalgOp, linalg::SoftmaxOp>(op))
    return importLinalg(importer, op);
  return op.emitOpError("is not supported");
}

/// Copies an argument's or a result's name, if the source has one.
static StringAttr getName(DictionaryAttr attrs) {
  return attrs ? attrs.getAs<StringAttr>(graph::kNameAttrName) : StringAttr();
}

static LogicalResult importFunction(func::FuncOp source, ModuleOp target) {
  for (Type type : source.getArgumentTypes())
    if (failed(checkPort(source, type)))
      return failure();
  for (Type type : source.getResultTypes())
    if (failed(checkPort(source, type)))
      return failure();
  OpBuilder builder(target.getBodyRegion());
  auto function = func::FuncOp::create(builder, source.getLoc(), "main",
                                       source.getFunctionType());
  builder.setInsertionPointToStart(function.addEntryBlock());
  TensorImporter importer(builder);
  for (auto [index, argument] : llvm::enumerate(source.getArguments())) {
    importer.define(argument, function.getArgument(index));
    if (StringAttr name = getName(source.getArgAttrDict(index)))
      function.setArgAttr(index, graph::kNameAttrName, name);
  }
  Block &body = source.getBody().front();
  // A named op of linalg is replaced by a generic one while it is imported.
  for (Operation &op : llvm::make_early_inc_range(body.without_terminator()))
    if (failed(importOp(importer, op)))
      return failure();
  SmallVector<Value> results;
  if (failed(importer.lookupAll(*body.getTerminator(), results)))
    return failure();
  func::ReturnOp::create(importer.emit.builder, source.getLoc(), results);
  for (unsigned i = 0; i < source.getNumResults(); ++i)
    if (StringAttr name = getName(source.getResultAttrDict(i)))
      function.setResultAttr(i, graph::kNameAttrName, name);
  // Users before what they use. Listed first: erasing ends a reverse iteration.
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front().without_terminator())
    ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
  return success();
}

} // namespace importer

OwningOpRef<ModuleOp> importTensors(ModuleOp module) {
  FailureOr<func::FuncOp> source = importer::findFunction(module);
  if (failed(source))
    return {};
  module.getContext()->loadDialect<func::FuncDialect, graph::GraphDialect>();
  OwningOpRef<ModuleOp> target = ModuleOp::create(module.getLoc());
  if (failed(importer::importFunction(*source, *target)) ||
      failed(verify(*target)))
    return {};
  return target;
}

LogicalResult importTensorsIfAny(OwningOpRef<ModuleOp> &module) {
  if (!holdsTensorProgram(*module))
    return success();
  module = importTensors(*module);
  return success(static_cast<bool>(module));
}

} // namespace wafer
