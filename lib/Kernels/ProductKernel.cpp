//===- ProductKernel.cpp - the matrix product -------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/ProductKernel.h"

#include "wafer/Kernels/HostAccess.h"

using namespace mlir;
using namespace wafer;

//===----------------------------------------------------------------------===//
// Form
//===----------------------------------------------------------------------===//

graph::MatmulOp wafer::getProduct(mesh::KernelOp kernel) {
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (auto matmul = dyn_cast<graph::MatmulOp>(op))
      return matmul;
  return {};
}

FailureOr<ProductShape> wafer::getProductShape(graph::MatmulOp matmul,
                                               std::string *reason) {
  auto lhs = cast<RankedTensorType>(matmul.getLhs().getType()),
       rhs = cast<RankedTensorType>(matmul.getRhs().getType());
  auto refuse = [&](const Twine &why) -> FailureOr<ProductShape> {
    if (reason)
      *reason = why.str();
    return failure();
  };
  FailureOr<graph::MatmulShape> shape = graph::getMatmulShape(
      lhs.getShape(), rhs.getShape(), matmul.getTransposeA(),
      matmul.getTransposeB(), [&](const Twine &why) { (void)refuse(why); });
  if (failed(shape))
    return failure();
  for (int64_t dim : shape->rhsBatch)
    if (dim != 1)
      return refuse("its right operand is batched");
  if (matmul.getTransposeA())
    return refuse("its left operand is transposed");
  // Its result has the tokens of the left operand as features, which would lie
  // elsewhere than the sums arrive.
  if (rhs.getRank() == 1 && lhs.getRank() > 1)
    return refuse(
        "its right operand is a vector (graph-simplify makes it a matrix)");
  ProductShape product;
  product.inputs = shape->k;
  product.outputs = shape->n;
  product.tokens = shape->m;
  for (int64_t dim : shape->batch)
    product.tokens *= dim;
  return product;
}

bool ProductKernel::accepts(Attribute dataflow) const {
  return isa<mesh::ProductAttr>(dataflow);
}

bool ProductKernel::startsWith(Operation *op) const {
  return isa<graph::MatmulOp>(op);
}

bool ProductKernel::readsInPlace(Operation *op, unsigned operand) const {
  auto matmul = cast<graph::MatmulOp>(op);
  auto type = cast<RankedTensorType>(matmul.getLhs().getType());
  return operand == 0 && !matmul.getTransposeA() &&
         getTokenShape(type).features == type.getShape().back();
}

LogicalResult ProductKernel::verifyStart(Operation *op) const {
  auto matmul = cast<graph::MatmulOp>(op);
  if (!cast<RankedTensorType>(matmul.getType()).getElementType().isF32())
    return op->emitError("'graph.matmul' has no kernel for ")
           << matmul.getType() << ", only for f32";
  auto rhs = cast<RankedTensorType>(matmul.getRhs().getType());
  if (rhs.getRank() == 1 &&
      cast<RankedTensorType>(matmul.getLhs().getType()).getRank() > 1)
    return op->emitError("'graph.matmul' has no kernel for a vector of type ")
           << rhs << " on the right (graph-simplify makes it a matrix)";
  for (int64_t dim :
       rhs.getShape().drop_back(std::min<int64_t>(rhs.getRank(), 2)))
    if (dim != 1)
      return op->emitError("'graph.matmul' has no kernel for a batched right "
                           "operand of type ")
             << rhs;
  return success();
}

Attribute ProductKernel::getInitialDataflow(MLIRContext *context) const {
  return mesh::ProductAttr::get(context, mesh::Form::Forward,
                                mesh::Reduce::Chain, mesh::Weights::Resident,
                                /*pieces=*/0);
}

LogicalResult ProductKernel::verify(mesh::KernelOp kernel) const {
  if (failed(verifyLayouts(kernel)))
    return failure();
  auto flow = cast<mesh::ProductAttr>(*kernel.getDataflow());
  if (flow.getForm() != mesh::Form::Forward)
    return kernel.emitOpError("offers form = forward, found ") << flow;
  if (flow.getReduce() == mesh::Reduce::Ring && kernel.getAt() &&
      kernel.getAt() != kernel.getTo())
    return kernel.emitOpError("requires one rectangle for reduce = ring, whose "
                              "columns own what they add up, found ")
           << *kernel.getAt() << " and " << *kernel.getTo();
  graph::MatmulOp matmul = getProduct(kernel);
  if (!matmul)
    return kernel.emitOpError(
        "requires a graph.matmul in its body, as #wafer.product says");
  std::string reason;
  if (failed(getProductShape(matmul, &reason)))
    return matmul.emitOpError("cannot be a product on the mesh: ") << reason;
  if (!cast<RankedTensorType>(matmul.getType()).getElementType().isF32())
    return matmul.emitOpError(
               "requires f32 elements as a product on the mesh, found ")
           << matmul.getType();
  BlockArgument weights = getViewedArgument(matmul.getRhs());
  if (!weights ||
      mesh::getLayout(kernel.getInputs()[weights.getArgNumber()].getType()))
    return matmul.emitOpError(
        "requires a host tensor, or a view of one, as its right operand");
  BlockArgument inputs = getViewedArgument(matmul.getLhs());
  if (!inputs)
    return matmul.emitOpError("requires an operand of the kernel, or a view of "
                              "one, as its left operand");
  // On the mesh X is read where it lies, so its views must keep tokens and
  // features.
  if (mesh::getLayout(kernel.getInputs()[inputs.getArgNumber()].getType())) {
    Type type = kernel.getInputs()[inputs.getArgNumber()].getType();
    if (!getFeatureOrder(type).isPlain())
      return matmul.emitOpError("requires its left operand's features as they "
                                "are, found ")
             << type;
    for (Operation *view = matmul.getLhs().getDefiningOp(); view;
         view = view->getOperand(0).getDefiningOp())
      if (!isMapOp(view))
        return view->emitOpError("does not keep tokens and features of a "
                                 "tensor that lies on the mesh");
  }
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (&op != matmul && !isMapOp(&op) && !getViewedArgument(op.getResult(0)))
      return op.emitOpError(
          "is not elementwise, as what follows a product must be");
    else if (isMapOp(&op) && failed(verifyMapOp(&op)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Expansion
//===----------------------------------------------------------------------===//

ProductPlan::ProductPlan(mesh::KernelOp kernel, ExpandState &state)
    : kernel(kernel), matmul(getProduct(kernel)),
      shape(*getProductShape(matmul)), at(*kernel.getAt()), to(*kernel.getTo()),
      streamed(cast<mesh::ProductAttr>(*kernel.getDataflow()).getWeights() ==
               mesh::Weights::Streamed),
      ring(cast<mesh::ProductAttr>(*kernel.getDataflow()).getReduce() ==
           mesh::Reduce::Ring),
      pieces(std::max<int64_t>(
          cast<mesh::ProductAttr>(*kernel.getDataflow()).getPieces(), 1)),
      input(at, state.getLaunches(), TokenShape{shape.tokens, shape.inputs}),
      output(to, state.getLaunches(), TokenShape{shape.tokens, shape.outputs},
             getResultOrder(kernel)),
      blocks{shape.outputs, to.getWidth() * pieces, output.order.unit()} {}

/// X: where the operand lies if it is on the mesh, else slices of a host
/// tensor.
static LogicalResult placeInput(ProductPlan &plan, Emitter &emitter,
                                ExpandState &state) {
  BlockArgument argument = getViewedArgument(plan.matmul.getLhs());
  Value operand = plan.kernel.getInputs()[argument.getArgNumber()];
  if (mesh::getLayout(operand.getType())) {
    auto placed = state.values.find(operand);
    if (placed == state.values.end() || placed->second.rect != plan.at)
      return plan.matmul.emitOpError(
                 "reads a tensor that does not lie on the kernel's rectangle ")
             << plan.at;
    plan.x = placed->second.buffer;
    return success();
  }
  const Sharding &sharding = plan.input;
  auto type = cast<RankedTensorType>(plan.matmul.getLhs().getType());
  SmallVector<AffineExpr> indices =
      getBroadcastIndices(type, type, sharding.tokenStart() + emitter.index(1),
                          sharding.featureStart() + emitter.index(0));
  FailureOr<HostAccess> access = getHostAccess(plan.matmul.getLhs(), indices);
  if (failed(access))
    return plan.matmul.emitOpError(
        "reads a left operand that is no view of a host tensor");
  plan.x = emitter.buffer("x", emitter.f32(), sharding.largestPart(),
                          plan.at.getRegion());
  emitter.load(plan.x, {sharding.tokens.largest(), 1},
               operand.getDefiningOp<mesh::InputOp>().getHost(), access->index,
               {sharding.featureExtent(), sharding.tokenExtent()},
               plan.at.getRegion(), state.getLaunches() == 1);
  return success();
}

/// W: the host tensor, and the index of W[k, n] in it.
static LogicalResult placeWeights(ProductPlan &plan, Emitter &emitter,
                                  WeightStreams &streams) {
  Value rhs = plan.matmul.getRhs();
  auto type = cast<RankedTensorType>(rhs.getType());
  auto index = [&](AffineExpr k, AffineExpr position) {
    AffineExpr n = plan.output.order.feature(position);
    SmallVector<AffineExpr> indices(type.getRank(), emitter.constant(0));
    bool transposed = plan.matmul.getTransposeB();
    if (type.getRank() == 1) {
      indices[0] = k;
    } else {
      indices[type.getRank() - 2] = transposed ? n : k;
      indices[type.getRank() - 1] = transposed ? k : n;
    }
    return getHostAccess(rhs, indices)->index;
  };
  Value operand =
      plan.kernel.getInputs()[getViewedArgument(rhs).getArgNumber()];
  StringRef host = operand.getDefiningOp<mesh::InputOp>().getHost();
  int64_t inputs = plan.input.features.largest();
  if (plan.streamed) {
    plan.w = emitter.buffer("w", emitter.f32(), 2 * plan.weightHalf(),
                            plan.at.getRegion());
    return streams.declare(host, index);
  }
  plan.w = emitter.buffer("w", emitter.f32(), plan.shape.outputs * inputs,
                          plan.at.getRegion());
  emitter.load(
      plan.w, {inputs, 1}, host,
      index(plan.input.featureStart() + emitter.index(1), emitter.index(0)),
      {emitter.constant(plan.shape.outputs), plan.input.featureExtent()},
      plan.at.getRegion(), /*once=*/true);
  return success();
}

static void declareStreams(ProductPlan &plan, Emitter &emitter) {
  AffineExpr i0 = emitter.index(0), i1 = emitter.index(1);
  mesh::RectAttr at = plan.at, to = plan.to;
  if (plan.columns() > 1) {
    AffineExpr x = i0 + at.getX0(), y = i1 + at.getY0();
    SmallVector<int64_t> domain = {0, at.getWidth() - 1, 0, at.getHeight()};
    plan.part = emitter.stream(
        "part", StreamSpec{domain, "", x, y, x + 1, x + 2, y, y + 1});
    if (plan.ring)
      plan.partWest = emitter.stream(
          "part_west", StreamSpec{domain, "", x + 1, y, x, x + 1, y, y + 1});
  }
  if (!plan.ring && (plan.lastAsOwner() < 0 || to.getWidth() > 1)) {
    AffineExpr y = i0 + at.getY0();
    plan.out =
        emitter.stream("out", StreamSpec{{0, at.getHeight()},
                                         "",
                                         emitter.constant(plan.lastColumn()),
                                         y,
                                         emitter.constant(to.getX0()),
                                         emitter.constant(to.getX1()),
                                         y,
                                         y + 1});
  }
}

LogicalResult ProductKernel::expand(mesh::KernelOp kernel,
                                    ExpandState &state) const {
  Emitter emitter(state.program, kernel);
  ProductPlan plan(kernel, state);
  WeightStreams weights(plan, emitter, state.getMachine());
  if (failed(placeInput(plan, emitter, state)) ||
      failed(placeWeights(plan, emitter, weights)))
    return failure();
  plan.acc = emitter.buffer("acc", emitter.f32(), 2 * plan.accHalf(),
                            plan.at.getRegion());
  plan.y = emitter.buffer("y", emitter.f32(), plan.output.largestPart(),
                          plan.to.getRegion());
  declareStreams(plan, emitter);

  MapEmitter map(emitter, state, kernel, plan.to);
  map.bind(plan.matmul.getResult(), plan.y, /*reusable=*/true);
  SmallVector<Operation *> tail;
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (&op != plan.matmul && !getViewedArgument(op.getResult(0)))
      tail.push_back(&op);
  if (failed(map.prepare(tail)))
    return failure();

  ProductTasks tasks(plan, emitter, weights);
  tasks.emitReceivers();
  tasks.emitColumns();
  weights.emitOutsideRelays();
  emitter.beginTask("finish", plan.to.getRegion());
  emitter.await({kPartialThread, kOutputThread});
  map.emit();
  emitter.endTask();
  Operation *yield = kernel.getBody().front().getTerminator();
  for (auto [value, result] :
       llvm::zip(yield->getOperands(), kernel.getResults())) {
    FlatSymbolRefAttr buffer = map.getBuffer(value);
    if (!buffer)
      return kernel.emitOpError("yields a value that it does not compute");
    state.values[result] = PlacedValue{buffer, plan.to};
  }
  return success();
}
