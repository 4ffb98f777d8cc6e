//===- Kernel.h - what a kernel offers --------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_KERNEL_H
#define WAFER_KERNELS_KERNEL_H

#include "wafer/Kernels/MapOps.h"

namespace wafer {

/// A tensor on the mesh after its kernel is expanded: stored [feature][token]
/// in `buffer` on the PEs of `rect`.
struct PlacedValue {
  mlir::FlatSymbolRefAttr buffer;
  mesh::RectAttr rect;
};

/// What expansions of a program's kernels share.
struct ExpandState {
  mesh::ProgramOp program;
  llvm::DenseMap<mlir::Value, PlacedValue> values;

  machine::DescAttr getMachine() { return program.getMachine(); }
  int64_t getLaunches() { return program.getLaunches(); }
};

/// One kind of kernel: chosen by the type of the `dataflow` attribute. Adding
/// one is a class and a line in Kernel.cpp.
class Kernel {
public:
  virtual ~Kernel() = default;
  virtual llvm::StringRef getName() const = 0;
  virtual bool accepts(mlir::Attribute dataflow) const = 0;
  /// Does `op` of a graph start a kernel of this kind?
  virtual bool startsWith(mlir::Operation *op) const { return false; }
  /// Can the kernel that `op` starts read this operand where it lies on the
  /// mesh (getTokenLayout)?
  virtual bool readsInPlace(mlir::Operation *op, unsigned operand) const;
  /// Do elementwise ops that follow run in the same kernel?
  virtual bool takesTail() const { return true; }
  /// Can the mesh carry `op`, which starts a kernel of this kind? Errors say
  /// what it cannot.
  virtual mlir::LogicalResult verifyStart(mlir::Operation *op) const {
    return mlir::success();
  }
  /// The dataflow that partitioning gives a kernel of this kind, before costs
  /// are compared.
  virtual mlir::Attribute
  getInitialDataflow(mlir::MLIRContext *context) const = 0;
  /// Is the body of a form that `expand` can do? Errors name the op that is
  /// not.
  virtual mlir::LogicalResult verify(mesh::KernelOp kernel) const = 0;
  /// Appends the kernel's buffers, host copies, streams and tasks to the
  /// program, and records where its results lie. The kernel has passed `verify`
  /// and has `at` and `to`.
  virtual mlir::LogicalResult expand(mesh::KernelOp kernel,
                                     ExpandState &state) const = 0;
};

/// The kernel for a dataflow attribute, or null.
const Kernel *findKernel(mlir::Attribute dataflow);

/// The kind of kernel that carries a graph op: the one that it starts,
/// #wafer.map for what is elementwise, null for what the mesh has no kernel
/// for.
const Kernel *findKernelFor(mlir::Operation *op);

/// Do the kernel's operands and results on the mesh lie as this library lays
/// them (getTokenLayout), all results with their features in one order, and
/// operands plainly or in that order? What `verify` of every kernel asks.
mlir::LogicalResult verifyLayouts(mesh::KernelOp kernel);

/// The order of the features of a kernel's results.
FeatureOrder getResultOrder(mesh::KernelOp kernel);

/// Emits the elementwise ops of a kernel's body on the parts that each PE of a
/// rectangle owns.
class MapEmitter {
public:
  MapEmitter(Emitter &emitter, ExpandState &state, mesh::KernelOp kernel,
             mesh::RectAttr rect);

  /// `value` of the body lies in `buffer` ([feature][token]); `reusable` if the
  /// kernel may overwrite it.
  void bind(mlir::Value value, mlir::FlatSymbolRefAttr buffer, bool reusable);
  /// The operand of `user`, whose result has type `result`: a buffer of slices
  /// that are loaded, or a scalar. Call it before a task is open.
  mlir::FailureOr<mlir::Attribute>
  loadOperand(mlir::Value value, mlir::Type result, mlir::Operation *user);
  /// Declares what `ops` need: buffers, and loads of host operands. Call it
  /// before a task is open.
  mlir::LogicalResult prepare(llvm::ArrayRef<mlir::Operation *> ops);
  /// Emits the instructions of the ops of `prepare` into the open task, outside
  /// of loops.
  void emit();
  /// The buffer that holds `value`, null if it is not on the mesh.
  mlir::FlatSymbolRefAttr getBuffer(mlir::Value value) const;

private:
  struct Operand {
    mlir::FlatSymbolRefAttr buffer; // or null: `scalar`
    mlir::Attribute scalar;
    llvm::SmallVector<int64_t, 2> strides;
    bool reusable = false;
  };
  struct Step {
    mlir::Operation *op;
    Operand destination;
    llvm::SmallVector<Operand, 2> sources;
    llvm::SmallVector<MapPart, 2> parts;
  };
  mlir::FailureOr<Operand> getOperand(mlir::Value value, mlir::Type result,
                                      mlir::Operation *user);
  mlir::FailureOr<Operand> loadHostOperand(mlir::Value value, mlir::Type result,
                                           mlir::Operation *user);
  void declareScratch();
  Sharding getSharding(const Step &step) const;
  mlir::Attribute toAttr(const Operand &operand, mlir::AffineExpr first);
  mlir::Attribute getSource(const Step &step, const MapSource &source,
                            mlir::AffineExpr first, mlir::Type element);
  void emitInstruction(const Step &step, const MapPart &part);
  void emitFunction(const Step &step, const MapPart &part);
  void emitSlice(const Step &step, const MapPart &part, mlir::AffineExpr first,
                 mlir::AffineExpr features);

  Sharding shard(mlir::Type type) const {
    return Sharding(rect, state.getLaunches(), getTokenShape(type), order);
  }

  Emitter &emitter;
  ExpandState &state;
  mesh::KernelOp kernel;
  mesh::RectAttr rect;
  FeatureOrder order; // of everything here
  llvm::DenseMap<mlir::Value, Operand> operands;
  std::vector<Step> steps;
  FunctionScratch scratch;
  mlir::FlatSymbolRefAttr wide; // arguments of functions as f32
};

/// True for the graph ops that MapEmitter emits (reshapes that keep the
/// features among them).
bool isMapOp(mlir::Operation *op);

/// True if MapEmitter writes the result of `op` over its first operand, which
/// the kernel computed and nothing else reads.
bool reusesOperand(mlir::Operation *op);

/// Types that PEs carry: f32, f16, i32.
bool isPEType(mlir::Type elementType);

} // namespace wafer

#endif
