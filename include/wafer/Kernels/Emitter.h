//===- Emitter.h - builds tasks, streams and copies -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_EMITTER_H
#define WAFER_KERNELS_EMITTER_H

#include "wafer/Kernels/Tokens.h"

namespace wafer {

/// A family of channels (wafer.stream): one for each (i0, i1) of the domain.
struct StreamSpec {
  llvm::SmallVector<int64_t> domain; // begin, end of each index
  std::string side; // "west" or "east" for a family that starts at ports
  mlir::AffineExpr sourceX, sourceY, x0, x1, y0, y1;
};

/// Appends to a wafer.program in the order of calls; a task is open between
/// beginTask and endTask, and instructions go there. Symbols are
/// `<kernel>.<name>`.
class Emitter {
public:
  using Extents = llvm::ArrayRef<mlir::AffineExpr>;

  Emitter(mesh::ProgramOp program, mesh::KernelOp kernel);

  mlir::MLIRContext *getContext() const { return builder.getContext(); }
  mlir::Type f32() { return builder.getF32Type(); }
  mlir::AffineExpr constant(int64_t value) const {
    return mlir::getAffineConstantExpr(value, builder.getContext());
  }
  mlir::AffineExpr index(unsigned k) const {
    return machine::exprIndex(builder.getContext(), k);
  }

  mlir::FlatSymbolRefAttr buffer(llvm::StringRef name, mlir::Type type,
                                 int64_t size, const Region &on);
  mlir::FlatSymbolRefAttr stream(llvm::StringRef name, const StreamSpec &spec);
  void load(mlir::FlatSymbolRefAttr buffer, llvm::ArrayRef<int64_t> strides,
            llvm::StringRef host, mlir::AffineExpr index,
            llvm::ArrayRef<mlir::AffineExpr> extents, const Region &on,
            bool once);
  void store(mlir::FlatSymbolRefAttr buffer, llvm::ArrayRef<int64_t> strides,
             llvm::StringRef host, mlir::AffineExpr index,
             llvm::ArrayRef<mlir::AffineExpr> extents, const Region &on);
  void feed(llvm::StringRef side, const Region &on,
            mlir::FlatSymbolRefAttr stream, llvm::StringRef host,
            mlir::AffineExpr index, llvm::ArrayRef<mlir::AffineExpr> extents);

  /// An empty region makes no task: endTask then drops it.
  void beginTask(llvm::StringRef role, const Region &on);
  void endTask();

  /// Bodies are emitted by the callback; loops number their indices by depth.
  void loop(mlir::AffineExpr count, llvm::function_ref<void()> body);
  void async(int64_t thread, llvm::function_ref<void()> body);
  void await(llvm::ArrayRef<int64_t> threads);

  mlir::Attribute mem(mlir::FlatSymbolRefAttr buffer, mlir::AffineExpr offset,
                      llvm::ArrayRef<int64_t> strides);
  mlir::Attribute onStream(mlir::FlatSymbolRefAttr stream);
  mlir::Attribute discard();
  mlir::Attribute imm(mlir::Type type, double value);
  template <typename OpT>
  void emit(mlir::Type type, Extents extents, mlir::Attribute destination,
            llvm::ArrayRef<mlir::Attribute> sources, mlir::Type from = {}) {
    OpT::create(builder, location, mlir::TypeAttr::get(type),
                from ? mlir::TypeAttr::get(from) : mlir::TypeAttr(),
                exprs(extents), destination, builder.getArrayAttr(sources));
  }
  /// The instruction of an opcode that is known only here.
  void emit(pe::Opcode opcode, mlir::Type type, Extents extents,
            mlir::Attribute destination,
            llvm::ArrayRef<mlir::Attribute> sources, mlir::Type from = {});

private:
  mlir::ArrayAttr exprs(Extents extents);
  machine::ExprAttr expr(mlir::AffineExpr value);
  mlir::StringAttr symbol(llvm::StringRef name);

  mesh::ProgramOp program;
  mlir::Location location;
  std::string prefix;
  mlir::OpBuilder builder;
  mesh::TaskOp task;
};

} // namespace wafer

#endif
