//===- ProgramWriter.cpp - writes sharded programs -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Partition/ProgramWriter.h"

#include "mlir/IR/IRMapping.h"
#include "wafer/Kernels/Kernel.h"

using namespace mlir;
using namespace wafer;

/// A readable symbol from the name of the node that an op came from:
/// `/fc1/MatMul` gives `fc1.MatMul`.
static std::string symbolFor(Operation *op) {
  std::string name;
  op->getLoc()->walk([&](Location location) {
    auto named = dyn_cast<NameLoc>(location);
    if (!named)
      return WalkResult::advance();
    name = named.getName().str();
    return WalkResult::interrupt();
  });
  StringRef trimmed = StringRef(name).trim("/");
  if (trimmed.empty())
    return op->getName().stripDialect().str();
  std::string symbol = trimmed.str();
  llvm::replace(symbol, '/', '.');
  return symbol;
}

/// The op that a kernel is there for.
static Operation *getMainOp(const GraphCut::Kernel &kernel) {
  for (Operation *op : kernel.ops)
    if (isa<graph::AttentionOp>(op)) // Views come before it.
      return op;
  return kernel.ops.empty() ? nullptr : kernel.ops.front();
}

/// An attention was several nodes, so it has the name of their scope.
static std::string nameFor(const GraphCut::Kernel &kernel) {
  Operation *op = getMainOp(kernel);
  if (!op)
    return "copy";
  std::string name = symbolFor(op);
  if (!isa<graph::AttentionOp>(op))
    return name;
  StringRef scope = StringRef(name).rsplit('.').first;
  return scope == name ? op->getName().stripDialect().str() : scope.str();
}

ProgramWriter::ProgramWriter(func::FuncOp function, const GraphCut &cut,
                             machine::DescAttr machine)
    : function(function), cut(cut), machine(machine),
      module(function->getParentOfType<mlir::ModuleOp>()),
      builder(function.getContext()), symbols(module) {
  builder.setInsertionPointAfter(function);
}

StringAttr ProgramWriter::addHost(StringRef name, Type type, pe::HostKind kind,
                                  Attribute value, Location location) {
  // A tensor called like the function keeps its name: users ask for tensors by
  // name.
  if (Operation *other = symbols.lookup(name); other == function)
    (void)symbols.renameToUnique(function, {});
  auto plain = mesh::withoutLayout(type);
  auto host = pe::HostOp::create(
      builder, location, builder.getStringAttr(name), TypeAttr::get(plain),
      pe::HostKindAttr::get(builder.getContext(), kind), value);
  StringAttr unique = symbols.insert(host, builder.getInsertionPoint());
  builder.setInsertionPointAfter(host);
  return unique;
}

void ProgramWriter::writeHosts() {
  for (BlockArgument argument : function.getArguments())
    hosts[argument] =
        addHost(graph::getInputName(function, argument.getArgNumber()),
                argument.getType(), pe::HostKind::Input, {}, function.getLoc());
}

StringAttr ProgramWriter::hostOf(mlir::Value root) {
  StringAttr &host = hosts[root];
  if (host)
    return host;
  Operation *op = root.getDefiningOp();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(programs.front());
  if (auto constant = dyn_cast<graph::ConstantOp>(op)) {
    StringRef name =
        constant.getName() ? *constant.getName() : StringRef("constant");
    return host = addHost(name, root.getType(), pe::HostKind::Constant,
                          constant.getValue(), op->getLoc());
  }
  if (auto gather = dyn_cast<graph::GatherOp>(op)) {
    // Looking these up may move `host`.
    auto rows = pe::GatherAttr::get(
        builder.getContext(), FlatSymbolRefAttr::get(hostOf(gather.getData())),
        FlatSymbolRefAttr::get(hostOf(GraphCut::getRowIndices(gather))));
    return hosts[root] = addHost(symbolFor(op) + ".rows", root.getType(),
                                 pe::HostKind::Gathered, rows, op->getLoc());
  }
  return host = addHost(symbolFor(op) + ".host", root.getType(),
                        pe::HostKind::Temporary, {}, op->getLoc());
}

mlir::Value ProgramWriter::inputOf(mlir::Value root, mesh::ProgramOp program) {
  mlir::Value &input = inputs[{root, program}];
  if (!input) {
    StringAttr host = hostOf(root);
    OpBuilder::InsertionGuard guard(builder);
    Block &body = program.getBody().front();
    auto first = llvm::find_if(
        body, [](Operation &op) { return !isa<mesh::InputOp>(op); });
    builder.setInsertionPoint(&body, first);
    input = mesh::InputOp::create(builder, root.getLoc(), root.getType(),
                                  FlatSymbolRefAttr::get(host));
  }
  return input;
}

/// The value behind the views of `value` that are on the host, and the views,
/// outermost first.
static mlir::Value getRoot(mlir::Value value, const GraphCut &cut,
                           SmallVectorImpl<Operation *> &views) {
  while (!cut[value].onMesh && value.getDefiningOp() &&
         !isa<graph::ConstantOp, graph::GatherOp>(value.getDefiningOp())) {
    views.push_back(value.getDefiningOp());
    value = value.getDefiningOp()->getOperand(0);
  }
  return value;
}

/// Is `value` read by another kernel or by the host?
bool ProgramWriter::isUsedOutside(mlir::Value value,
                                  const GraphCut::Kernel &kernel) const {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    return !llvm::is_contained(kernel.ops, user);
  });
}

namespace {
/// The body of one kernel while it is written: operands become arguments, views
/// of host tensors are repeated inside.
struct BodyWriter {
  const GraphCut &cut;
  const GraphCut::Kernel &kernel;
  function_ref<mlir::Value(mlir::Value)>
      operandOf; // a root as a value of the program
  OpBuilder builder;
  Block *body;
  IRMapping mapping;
  SmallVector<mlir::Value> operands;
  llvm::DenseMap<mlir::Value, mlir::Value> arguments; // operand -> argument

  BodyWriter(const GraphCut &cut, const GraphCut::Kernel &kernel,
             function_ref<mlir::Value(mlir::Value)> operandOf, Block *body)
      : cut(cut), kernel(kernel), operandOf(operandOf),
        builder(kernel.ops.empty() ? kernel.view.getContext()
                                   : kernel.ops[0]->getContext()),
        body(body) {
    builder.setInsertionPointToEnd(body);
  }

  mlir::Value getArgument(mlir::Value root) {
    mlir::Value operand = operandOf(root);
    mlir::Value &argument = arguments[operand];
    if (!argument) {
      operands.push_back(operand);
      argument = body->addArgument(mesh::withoutLayout(operand.getType()),
                                   root.getLoc());
    }
    return argument;
  }

  mlir::Value get(mlir::Value value) {
    if (mlir::Value known = mapping.lookupOrNull(value))
      return known;
    SmallVector<Operation *> views;
    mlir::Value root =
        cut.isDirect(value, kernel) ? value : getRoot(value, cut, views);
    mlir::Value current = getArgument(root);
    for (Operation *view : llvm::reverse(views)) {
      IRMapping local;
      local.map(view->getOperand(0), current);
      current = builder.clone(*view, local)->getResult(0);
    }
    mapping.map(value, current);
    return current;
  }

  void write(Operation *op) {
    for (mlir::Value operand : op->getOperands())
      (void)get(operand);
    auto matmul = dyn_cast<graph::MatmulOp>(op);
    if (matmul && matmul.getTransposeA()) {
      auto type = cast<RankedTensorType>(matmul.getLhs().getType());
      auto perm = llvm::to_vector(llvm::seq<int64_t>(type.getRank()));
      std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
      auto shape = llvm::to_vector(type.getShape());
      std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
      mlir::Value transposed = graph::TransposeOp::create(
          builder, op->getLoc(),
          RankedTensorType::get(shape, type.getElementType()),
          get(matmul.getLhs()), builder.getDenseI64ArrayAttr(perm));
      auto product = graph::MatmulOp::create(
          builder, op->getLoc(), matmul.getType(), transposed,
          get(matmul.getRhs()), UnitAttr(), matmul.getTransposeBAttr());
      mapping.map(matmul.getResult(), product.getResult());
      return;
    }
    builder.clone(*op, mapping);
  }
};
} // namespace

void ProgramWriter::writeKernel(const GraphCut::Kernel &kernel) {
  mesh::ProgramOp program = programs[kernel.program];
  auto operandOf = [&](mlir::Value root) {
    return cut.isDirect(root, kernel) ? onMesh[root] : inputOf(root, program);
  };
  Block *body = new Block();
  BodyWriter writer(cut, kernel, operandOf, body);
  SmallVector<mlir::Value> yielded;
  for (Operation *op : kernel.ops) {
    writer.write(op);
    if (cut[op->getResult(0)].onMesh && isUsedOutside(op->getResult(0), kernel))
      yielded.push_back(op->getResult(0));
  }
  if (kernel.view)
    yielded.push_back(kernel.view);
  SmallVector<mlir::Value> results;
  for (mlir::Value value : yielded)
    results.push_back(writer.get(value));
  mesh::YieldOp::create(writer.builder, function.getLoc(), results);

  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&program.getBody().front());
  MLIRContext *context = builder.getContext();
  Attribute dataflow = kernel.kind->getInitialDataflow(context);
  std::string name = nameFor(kernel);
  for (unsigned n = 1; program.lookupSymbol(name); ++n)
    name = nameFor(kernel) + "." + std::to_string(n);
  SmallVector<Type> types;
  for (auto [value, written] : llvm::zip(yielded, results))
    types.push_back(withTokenLayout(written.getType(), cut.getOrder(value)));
  Operation *mainOp = getMainOp(kernel);
  Location location = mainOp ? mainOp->getLoc() : function.getLoc();
  auto op = mesh::KernelOp::create(
      builder, location, types, builder.getStringAttr(name), writer.operands,
      dataflow, mesh::RectAttr(), mesh::RectAttr());
  op.getBody().push_back(body);
  for (auto [value, result] : llvm::zip(yielded, op.getResults()))
    onMesh[value] = result;
}

/// Does a later program, or a view, read `value` from host memory?
bool ProgramWriter::goesThroughHost(mlir::Value value) const {
  return hosts.count(value);
}

void ProgramWriter::writeOutputs() {
  OpBuilder::InsertionGuard guard(builder);
  auto store = [&](mlir::Value value, StringAttr host) {
    mlir::Value result = onMesh[value];
    auto program = cast<mesh::ProgramOp>(result.getDefiningOp()->getParentOp());
    builder.setInsertionPointToEnd(&program.getBody().front());
    mesh::OutputOp::create(builder, value.getLoc(), result,
                           FlatSymbolRefAttr::get(host));
  };
  for (Operation &op : function.getBody().front())
    for (mlir::Value value : op.getResults())
      if (cut[value].onMesh && goesThroughHost(value))
        store(value, hosts[value]);
  for (auto [i, output] : llvm::enumerate(
           function.getBody().front().getTerminator()->getOperands())) {
    OpBuilder::InsertionGuard hostGuard(builder);
    builder.setInsertionPoint(programs.front());
    StringAttr host =
        addHost(graph::getOutputName(function, i), output.getType(),
                pe::HostKind::Output, {}, function.getLoc());
    mlir::Value stored = cut.getStoredValue(output);
    store(stored ? stored : output, host);
  }
}

SmallVector<mesh::ProgramOp> ProgramWriter::write() {
  writeHosts();
  for (int64_t p = 0; p < std::max<int64_t>(cut.getNumPrograms(), 0); ++p) {
    auto program =
        mesh::ProgramOp::create(builder, function.getLoc(),
                                builder.getStringAttr("p" + std::to_string(p)),
                                machine, builder.getI64IntegerAttr(1));
    program.getBody().emplaceBlock();
    StringAttr unique = symbols.insert(program, builder.getInsertionPoint());
    (void)unique;
    builder.setInsertionPointAfter(program);
    programs.push_back(program);
  }
  if (programs.empty())
    return programs;
  for (const GraphCut::Kernel &kernel : cut.getKernels())
    writeKernel(kernel);
  writeOutputs();
  return programs;
}
