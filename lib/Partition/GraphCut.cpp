//===- GraphCut.cpp - deals ops to kernels and programs ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Partition/GraphCut.h"

#include "wafer/Kernels/HostAccess.h"
#include "wafer/Kernels/Kernel.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace wafer;

/// The first program that can read `value` from host memory.
int64_t GraphCut::hostProgram(mlir::Value value) const {
  const Value &home = (*this)[value];
  return home.program + (home.onMesh ? 1 : 0);
}

int64_t GraphCut::getNumPrograms() const {
  int64_t programs = 0;
  for (const Kernel &kernel : kernels)
    programs = std::max(programs, kernel.program + 1);
  return programs;
}

mlir::Value GraphCut::getStoredValue(mlir::Value output) const {
  while (!(*this)[output].onMesh) {
    auto reshape = output.getDefiningOp<graph::ReshapeOp>();
    if (!reshape)
      return {};
    output = reshape.getInput();
  }
  return output;
}

/// Is `op` computed from constants only?
static bool isOfConstants(Operation *op) {
  llvm::SetVector<Operation *> ops;
  ops.insert(op);
  for (size_t i = 0; i < ops.size(); ++i)
    for (mlir::Value operand : ops[i]->getOperands()) {
      if (!operand.getDefiningOp())
        return false;
      ops.insert(operand.getDefiningOp());
    }
  return true;
}

/// What PEs cannot carry, said once for every op.
static LogicalResult checkCompute(Operation *op, const wafer::Kernel *kind) {
  if (!kind && isOfConstants(op))
    return op->emitError("'")
           << op->getName() << "' has no kernel on the mesh, and its "
           << op->getResult(0).getType()
           << ", which depends on constants only, is more than the compiler "
              "computes (graph-fold-operands)";
  if (!kind)
    return op->emitError("'") << op->getName() << "' has no kernel on the mesh";
  for (Type type : llvm::concat<Type>(llvm::to_vector(op->getOperandTypes()),
                                      llvm::to_vector(op->getResultTypes()))) {
    auto tensor = cast<RankedTensorType>(type);
    if (!isPEType(tensor.getElementType()))
      return op->emitError("'")
             << op->getName() << "' uses " << tensor
             << ", but PEs carry f32, f16 and i32 elements only";
    if (tensor.getNumElements() == 0)
      return op->emitError("'") << op->getName() << "' uses " << tensor
                                << ", which has no elements to lay on a mesh";
  }
  return kind->startsWith(op) ? kind->verifyStart(op) : verifyMapOp(op);
}

LogicalResult GraphCut::placeCompute(Operation *op) {
  const wafer::Kernel *kind = findKernelFor(op);
  if (failed(checkCompute(op, kind)))
    return failure();
  int64_t program = 0;
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    const Value &home = values[operand];
    bool direct = home.onMesh && kind->readsInPlace(op, i);
    program = std::max(program, direct ? home.program : hostProgram(operand));
  }
  // Elementwise ops join the youngest kernel that they read, if it is in the
  // same program.
  int64_t joined = -1;
  if (!kind->startsWith(op))
    for (mlir::Value operand : op->getOperands())
      if (const Value &home = values[operand];
          home.onMesh && home.program == program &&
          kernels[home.kernel].kind->takesTail())
        joined = std::max<int64_t>(joined, home.kernel);
  if (joined < 0) {
    joined = kernels.size();
    kernels.emplace_back();
    kernels.back().program = program;
    kernels.back().kind = kind;
  }
  kernels[joined].ops.push_back(op);
  values[op->getResult(0)] = Value{true, program, static_cast<size_t>(joined)};
  return success();
}

//===----------------------------------------------------------------------===//
// Attention: one kernel with the views and rotary embeddings around it
//===----------------------------------------------------------------------===//

LogicalResult GraphCut::collectAttentions(ArrayRef<Operation *> ops) {
  for (Operation *op : ops) {
    auto attention = dyn_cast<graph::AttentionOp>(op);
    if (!attention)
      continue;
    if (failed(findKernelFor(op)->verifyStart(op)))
      return failure();
    std::string reason;
    FailureOr<AttentionForm> form = AttentionForm::match(attention, reason);
    if (failed(form))
      return op->emitError("'graph.attention' has no kernel on the mesh: it ")
             << reason;
    for (Operation *part : form->ops)
      attentionOf[part] = attentions.size();
    attentions.push_back(*form);
  }
  return success();
}

LogicalResult GraphCut::placeAttention(const AttentionForm &form) {
  int64_t program = 0;
  if (failed(checkCompute(form.op, findKernelFor(form.op))))
    return failure();
  for (Operation *op : form.ops)
    for (mlir::Value operand : op->getOperands())
      if (!llvm::is_contained(form.ops, operand.getDefiningOp()))
        program =
            std::max(program, values[operand].onMesh ? values[operand].program
                                                     : hostProgram(operand));
  for (const AttentionForm::Operand *operand :
       {&form.query, &form.key, &form.value}) {
    const Value &home = values[operand->root];
    if (!home.onMesh || home.program != program)
      return form.op->emitError(
          "'graph.attention' has no kernel for operands that the host has "
          "(wafer-legalize-attention copies them)");
    orders[operand->root] = form.getOrder(*operand);
  }
  Kernel kernel;
  kernel.kind = findKernelFor(form.op);
  kernel.program = program;
  kernel.ops = form.ops;
  values[form.result] = Value{true, program, kernels.size()};
  kernels.push_back(kernel);
  return success();
}

/// Features in pairs are for attention only.
LogicalResult GraphCut::checkOrders() const {
  for (const AttentionForm &form : attentions)
    for (const AttentionForm::Operand *operand : {&form.query, &form.key})
      for (Operation *user : operand->root.getUsers())
        if (!form.getOrder(*operand).isPlain() &&
            !llvm::is_contained(form.ops, user))
          return user->emitError("reads features that 'graph.attention' needs "
                                 "in pairs, as rotary embedding turns them; no "
                                 "kernel puts them in order again");
  return success();
}

//===----------------------------------------------------------------------===//
// Rows that the host picks
//===----------------------------------------------------------------------===//

/// A cast or reshape that only picks of rows read.
static bool isIndexCast(Operation *op) {
  return isa<graph::CastOp, graph::ReshapeOp>(op) && !op->use_empty() &&
         llvm::all_of(op->getUses(), [](OpOperand &use) {
           Operation *user = use.getOwner();
           return isIndexCast(user) ||
                  (isa<graph::GatherOp>(user) && use.getOperandNumber() == 1);
         });
}

/// A value that the host has from the start.
static bool isGiven(mlir::Value value) {
  return !value.getDefiningOp() || value.getDefiningOp<graph::ConstantOp>();
}

mlir::Value GraphCut::getRowIndices(graph::GatherOp gather) {
  mlir::Value indices = gather.getIndices();
  // Rows are picked in row-major order, whatever the shape of the indices.
  while (Operation *op = indices.getDefiningOp()) {
    auto isIndex = [](mlir::Value value) {
      Type type =
          mlir::cast<RankedTensorType>(value.getType()).getElementType();
      return type.isInteger(32) || type.isInteger(64);
    };
    if (!isa<graph::CastOp, graph::ReshapeOp>(op) ||
        !isIndex(op->getOperand(0)))
      break;
    indices = op->getOperand(0);
  }
  return gather.getAxis() == 0 && isGiven(gather.getData()) && isGiven(indices)
             ? indices
             : mlir::Value();
}

LogicalResult GraphCut::place(Operation *op) {
  if (isa<graph::ConstantOp>(op))
    return success();
  if (auto gather = dyn_cast<graph::GatherOp>(op)) {
    if (getRowIndices(gather))
      return success(); // A host tensor.
    return op->emitError("'graph.gather' has no kernel on the mesh: the host "
                         "picks rows (axis 0) of an input or constant, by an "
                         "input or constant");
  }
  if (isIndexCast(op))
    return success();
  if (auto part = attentionOf.find(op); part != attentionOf.end()) {
    const AttentionForm &form = attentions[part->second];
    if (op == form.ops.back())
      return placeAttention(form);
    // Views that others read too are views of the host for them.
    if (llvm::all_of(op->getUsers(), [&](Operation *user) {
          return llvm::is_contained(form.ops, user);
        }))
      return success();
  }
  if (isView(op)) {
    const Value &home = values[op->getOperand(0)];
    if (!home.onMesh || !isMapOp(op)) {
      values[op->getResult(0)] =
          Value{false, hostProgram(op->getOperand(0)), 0};
      return success();
    }
  }
  if (op->getNumResults() != 1)
    return op->emitError("'") << op->getName() << "' has no kernel on the mesh";
  return placeCompute(op);
}

/// The ops that an output depends on, in order. Others compute nothing that
/// anyone could see.
static SmallVector<Operation *> getLiveOps(Block &body) {
  llvm::DenseSet<Operation *> live;
  live.insert(body.getTerminator());
  SmallVector<Operation *> ops;
  for (Operation &op : llvm::reverse(body)) {
    if (!live.count(&op))
      continue;
    for (mlir::Value operand : op.getOperands())
      if (Operation *source = operand.getDefiningOp())
        live.insert(source);
    if (&op != body.getTerminator())
      ops.push_back(&op);
  }
  std::reverse(ops.begin(), ops.end());
  return ops;
}

/// Arguments and results become host tensors.
static LogicalResult checkSignature(func::FuncOp function) {
  FunctionType type = function.getFunctionType();
  for (Type each :
       llvm::concat<const Type>(type.getInputs(), type.getResults())) {
    auto tensor = dyn_cast<RankedTensorType>(each);
    if (!tensor || !tensor.hasStaticShape())
      return emitError(function.getLoc())
             << "partitioning requires tensors of static shapes as arguments "
                "and results, found "
             << each;
  }
  return success();
}

LogicalResult GraphCut::run() {
  if (failed(checkSignature(function)))
    return failure();
  for (BlockArgument argument : function.getArguments())
    values[argument] = Value{};
  for (Operation &op : function.getBody().front())
    for (mlir::Value result : op.getResults())
      values[result] = Value{};
  SmallVector<Operation *> ops = getLiveOps(function.getBody().front());
  if (failed(collectAttentions(ops)))
    return failure();
  for (Operation *op : ops)
    if (failed(place(op)))
      return failure();
  if (failed(checkOrders()))
    return failure();
  // An output on the host that no stored value gives is copied through the
  // mesh.
  for (mlir::Value output :
       function.getBody().front().getTerminator()->getOperands()) {
    if (getStoredValue(output))
      continue;
    auto type = cast<RankedTensorType>(output.getType());
    if (!isPEType(type.getElementType()) || type.getNumElements() == 0)
      return emitError(function.getLoc())
             << "output of type " << type
             << " cannot be carried by PEs (f32, f16 and i32 only)";
    Kernel copy;
    copy.kind = findKernel(mesh::MapAttr::get(function.getContext()));
    copy.program = values[output].program;
    copy.view = output;
    kernels.push_back(copy);
  }
  return success();
}
