//===- Emitter.cpp - builds tasks, streams and copies -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Emitter.h"

using namespace mlir;
using namespace wafer;

Emitter::Emitter(mesh::ProgramOp program, mesh::KernelOp kernel)
    : program(program), location(kernel.getLoc()),
      prefix(kernel.getSymName().str()),
      builder(OpBuilder::atBlockEnd(&program.getBody().front())) {}

machine::ExprAttr Emitter::expr(AffineExpr value) {
  return machine::ExprAttr::get(builder.getContext(), simplified(value));
}

ArrayAttr Emitter::exprs(Extents extents) {
  return builder.getArrayAttr(llvm::map_to_vector(
      extents, [&](AffineExpr e) -> Attribute { return expr(e); }));
}

StringAttr Emitter::symbol(StringRef name) {
  std::string base = prefix + "." + name.str(), unique = base;
  for (unsigned n = 1; program.lookupSymbol(unique); ++n)
    unique = base + "." + std::to_string(n);
  return builder.getStringAttr(unique);
}

FlatSymbolRefAttr Emitter::buffer(StringRef name, Type type, int64_t size,
                                  const Region &on) {
  StringAttr unique = symbol(name);
  pe::BufferOp::create(builder, location, unique, TypeAttr::get(type),
                       builder.getI64IntegerAttr(std::max<int64_t>(size, 1)),
                       machine::RegionAttr::get(builder.getContext(), on),
                       IntegerAttr());
  return FlatSymbolRefAttr::get(unique);
}

FlatSymbolRefAttr Emitter::stream(StringRef name, const StreamSpec &spec) {
  StringAttr unique = symbol(name);
  mesh::StreamOp::create(
      builder, location, unique, TypeAttr::get(builder.getF32Type()),
      builder.getDenseI64ArrayAttr(spec.domain),
      spec.side.empty() ? StringAttr() : builder.getStringAttr(spec.side),
      expr(spec.sourceX), expr(spec.sourceY), expr(spec.x0), expr(spec.x1),
      expr(spec.y0), expr(spec.y1));
  return FlatSymbolRefAttr::get(unique);
}

void Emitter::load(FlatSymbolRefAttr buffer, ArrayRef<int64_t> strides,
                   StringRef host, AffineExpr index, Extents extents,
                   const Region &on, bool once) {
  pe::LoadOp::create(
      builder, location,
      pe::MemAttr::get(builder.getContext(), buffer, constant(0), strides),
      FlatSymbolRefAttr::get(builder.getContext(), host), expr(index),
      exprs(extents), machine::RegionAttr::get(builder.getContext(), on),
      once ? builder.getUnitAttr() : UnitAttr());
}

void Emitter::store(FlatSymbolRefAttr buffer, ArrayRef<int64_t> strides,
                    StringRef host, AffineExpr index, Extents extents,
                    const Region &on) {
  pe::StoreOp::create(
      builder, location,
      pe::MemAttr::get(builder.getContext(), buffer, constant(0), strides),
      FlatSymbolRefAttr::get(builder.getContext(), host), expr(index),
      exprs(extents), machine::RegionAttr::get(builder.getContext(), on),
      UnitAttr());
}

void Emitter::feed(StringRef side, const Region &on, FlatSymbolRefAttr stream,
                   StringRef host, AffineExpr index, Extents extents) {
  pe::FeedOp::create(builder, location, builder.getStringAttr(side),
                     machine::RegionAttr::get(builder.getContext(), on),
                     IntegerAttr(), stream,
                     FlatSymbolRefAttr::get(builder.getContext(), host),
                     expr(index), exprs(extents));
}

void Emitter::beginTask(StringRef role, const Region &on) {
  assert(!task && "a task is open");
  builder.setInsertionPointToEnd(&program.getBody().front());
  // Without PEs the instructions still need a place; endTask drops it.
  task = mesh::TaskOp::create(
      builder, location, builder.getStringAttr(role),
      FlatSymbolRefAttr::get(builder.getContext(), prefix),
      on.empty() ? machine::RegionAttr()
                 : machine::RegionAttr::get(builder.getContext(), on));
  builder.setInsertionPointToStart(&task.getBody().emplaceBlock());
}

void Emitter::endTask() {
  bool empty = !task.getOnAttr() || task.getBody().front().empty();
  if (empty)
    task.erase();
  task = {};
  builder.setInsertionPointToEnd(&program.getBody().front());
}

void Emitter::loop(AffineExpr count, function_ref<void()> body) {
  auto loop = pe::LoopOp::create(builder, location, expr(count));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&loop.getBody().emplaceBlock());
  body();
}

void Emitter::async(int64_t thread, function_ref<void()> body) {
  auto async =
      pe::AsyncOp::create(builder, location, builder.getI64IntegerAttr(thread));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&async.getBody().emplaceBlock());
  body();
}

void Emitter::await(ArrayRef<int64_t> threads) {
  pe::AwaitOp::create(builder, location, builder.getDenseI64ArrayAttr(threads));
}

Attribute Emitter::mem(FlatSymbolRefAttr buffer, AffineExpr offset,
                       ArrayRef<int64_t> strides) {
  return pe::MemAttr::get(builder.getContext(), buffer, simplified(offset),
                          strides);
}

Attribute Emitter::onStream(FlatSymbolRefAttr stream) {
  return pe::StreamAttr::get(builder.getContext(), stream);
}

Attribute Emitter::discard() {
  return pe::DiscardAttr::get(builder.getContext());
}

Attribute Emitter::imm(Type type, double value) {
  TypedAttr attr;
  if (type.isInteger())
    attr = builder.getIntegerAttr(type, static_cast<int64_t>(value));
  else
    attr = builder.getFloatAttr(type, value);
  return pe::ImmAttr::get(builder.getContext(), attr);
}

void Emitter::emit(pe::Opcode opcode, Type type, Extents extents,
                   Attribute destination, ArrayRef<Attribute> sources,
                   Type from) {
  switch (opcode) {
#define WAFER_CASE(NAME)                                                       \
  case pe::Opcode::NAME:                                                       \
    return emit<pe::NAME##Op>(type, extents, destination, sources, from);
    WAFER_CASE(Move)
    WAFER_CASE(Add)
    WAFER_CASE(Sub)
    WAFER_CASE(Mul)
    WAFER_CASE(Mac)
    WAFER_CASE(Max)
    WAFER_CASE(Min)
    WAFER_CASE(Neg)
    WAFER_CASE(Abs)
    WAFER_CASE(Convert)
#undef WAFER_CASE
  }
}
