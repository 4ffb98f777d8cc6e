//===- MutationTest.cpp - verifiers notice what goes wrong ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Starts from compiled perceptrons, which verify, changes one thing at a time
// in every place where it can be changed, and expects a verifier to say so.
//
//===----------------------------------------------------------------------===//

#include "dialects/Wafer/Wafer.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "wafer/Pipeline/Phases.h"
#include "wafer/Pipeline/Registration.h"
#include "wafer/Verify/Passes.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace wafer;

namespace {

/// Two products; sizes that divide evenly, so that every buffer is used to its
/// last element.
constexpr const char *kGraph = R"mlir(
  func.func @main(
      %x: tensor<16x16xf32> {graph.name = "x"},
      %v: tensor<16x32xf32> {graph.name = "v"},
      %w: tensor<32x16xf32> {graph.name = "w"})
      -> (tensor<16x16xf32> {graph.name = "y"}) {
    %0 = graph.matmul %x, %v : (tensor<16x16xf32>, tensor<16x32xf32>)
      -> tensor<16x32xf32>
    %1 = graph.relu %0 : tensor<16x32xf32>
    %2 = graph.matmul %1, %w : (tensor<16x32xf32>, tensor<32x16xf32>)
      -> tensor<16x16xf32>
    return %2 : tensor<16x16xf32>
  })mlir";

using MakePass = std::unique_ptr<Pass> (*)();

class Mutation : public ::testing::TestWithParam<const char *> {
protected:
  Mutation() : context(MLIRContext::Threading::DISABLED) {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    context.printOpOnDiagnostic(false);
  }

  /// Compiles to a phase. With weights = streamed, from the placed phase on,
  /// products take their weights from ports.
  OwningOpRef<mlir::ModuleOp> compile(Phase phase) {
    auto module = parseSourceString<mlir::ModuleOp>(kGraph, &context);
    PipelineOptions options;
    options.machine = "mesh<4x4>";
    bool isStreamed = StringRef(GetParam()) == "streamed";
    for (Phase step : kPhases) {
      if (step > phase)
        break;
      PassManager pm(&context);
      buildPhase(pm, step, options);
      EXPECT_TRUE(succeeded(pm.run(*module)));
      if (step == Phase::Placed && isStreamed)
        streamWeights(*module);
    }
    return module;
  }

  void streamWeights(mlir::ModuleOp module) {
    module.walk([&](mesh::KernelOp kernel) {
      auto product =
          dyn_cast_or_null<mesh::ProductAttr>(kernel.getDataflowAttr());
      if (product)
        kernel.setDataflowAttr(mesh::ProductAttr::get(
            &context, product.getForm(), product.getReduce(),
            mesh::Weights::Streamed, product.getPieces()));
    });
  }

  /// What the verifier says, empty if nothing.
  std::string verifyBy(MakePass makePass, mlir::ModuleOp module) {
    std::string errors;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      errors += diagnostic.str() + "\n";
      return success();
    });
    PassManager pm(&context);
    pm.enableVerifier(false);
    pm.addPass(makePass());
    bool ok = succeeded(pm.run(module));
    EXPECT_EQ(ok, errors.empty());
    return errors;
  }

  /// Applies `mutate` to each op of the type in turn, each time in a fresh
  /// copy. It returns false where there is nothing to change. Returns the
  /// number of changes, and fails for each that nobody noticed.
  template <typename OpT>
  unsigned mutateEach(mlir::ModuleOp module, MakePass makePass,
                      llvm::function_ref<bool(OpT)> mutate) {
    EXPECT_EQ(verifyBy(makePass, module), "");
    unsigned count = 0, total = 0;
    module.walk([&](OpT) { ++total; });
    for (unsigned n = 0; n < total; ++n) {
      OwningOpRef<mlir::ModuleOp> copy = module.clone();
      OpT chosen;
      unsigned index = 0;
      copy->walk([&](OpT op) {
        if (index++ == n)
          chosen = op;
      });
      std::string before;
      llvm::raw_string_ostream(before) << *chosen.getOperation();
      if (!mutate(chosen))
        continue;
      ++count;
      EXPECT_NE(verifyBy(makePass, *copy), "") << "unnoticed change of\n"
                                               << before;
    }
    return count;
  }

  AffineExpr plusOne(Attribute expr) {
    return cast<machine::ExprAttr>(expr).getValue() + 1;
  }
  Attribute exprAttr(AffineExpr expr) {
    return machine::ExprAttr::get(&context, expr);
  }
  static bool usesStream(pe::VectorOp op) {
    return isa<pe::StreamAttr>(op.getDestination()) ||
           llvm::any_of(op.getSourcesAttr(), llvm::IsaPred<pe::StreamAttr>);
  }

  /// Does some PE of `region` execute `op` with at least one element? By brute
  /// force.
  static bool isExecuted(pe::VectorOp op, const wafer::Region &region) {
    SmallVector<AffineExpr> loops, extents;
    for (auto loop = op->getParentOfType<pe::LoopOp>(); loop;
         loop = loop->getParentOfType<pe::LoopOp>())
      loops.insert(loops.begin(), loop.getCount().getValue());
    for (Attribute extent : op.getExtentsAttr())
      extents.push_back(cast<machine::ExprAttr>(extent).getValue());
    bool found = false;
    region.forEachPoint([&](Point pe) {
      SmallVector<int64_t> values = {pe.x, pe.y, 0};
      auto visit = [&](auto &self, size_t k) -> void {
        if (k == loops.size()) {
          found |= llvm::all_of(extents, [&](AffineExpr extent) {
            return *machine::evaluate(extent, values) > 0;
          });
          return;
        }
        int64_t count = *machine::evaluate(loops[k], values);
        values.push_back(0);
        for (; values.back() < count; ++values.back())
          self(self, k + 1);
        values.pop_back();
      };
      visit(visit, 0);
    });
    return found;
  }
  static bool isExecuted(pe::VectorOp op) {
    if (auto task = op->getParentOfType<mesh::TaskOp>())
      return isExecuted(op, task.getOn().getRegion());
    return isExecuted(op,
                      op->getParentOfType<pe::ProgramOp>().getOn().getRegion());
  }

  MLIRContext context;
};

MakePass streams = [] { return createVerifyStreams(); };
MakePass routes = [] { return createVerifyRoutes(); };
MakePass memory = [] { return createVerifyMemory(); };
MakePass programs = [] { return createVerifyPrograms(); };

TEST_P(Mutation, DroppedRoute) {
  auto module = compile(Phase::Routed);
  EXPECT_GT(mutateEach<mesh::RouteOp>(*module, routes,
                                      [](mesh::RouteOp op) {
                                        op.erase();
                                        return true;
                                      }),
            10u);
}

TEST_P(Mutation, AnotherColour) {
  auto module = compile(Phase::Routed);
  EXPECT_GT(mutateEach<mesh::RouteOp>(*module, routes,
                                      [](mesh::RouteOp op) {
                                        op.setColour((op.getColour() + 1) % 21);
                                        return true;
                                      }),
            10u);
}

TEST_P(Mutation, SmallerRegionOfARoute) {
  auto module = compile(Phase::Routed);
  mutateEach<mesh::RouteOp>(*module, routes, [&](mesh::RouteOp op) {
    wafer::Region region = op.getOn().getRegion();
    wafer::Region less =
        region.subtract(wafer::Region(StridedRect::single(region.anyPoint())));
    if (less.empty())
      return false;
    op.setOnAttr(machine::RegionAttr::get(&context, less));
    return true;
  });
}

TEST_P(Mutation, OutputsOfARoute) {
  auto module = compile(Phase::Routed);
  for (Direction direction : allDirections) {
    unsigned bit = 1u << unsigned(direction);
    mutateEach<mesh::RouteOp>(*module, routes, [&](mesh::RouteOp op) {
      auto hop = cast<machine::HopAttr>(op.getPositions()[0]);
      unsigned outputs = hop.getOutputs() ^ bit;
      if (hop.getInput() == direction || outputs == 0)
        return false;
      op.setPositionsAttr(ArrayAttr::get(
          &context,
          {machine::HopAttr::get(&context, hop.getInput(), outputs)}));
      return true;
    });
  }
}

TEST_P(Mutation, OneElementMore) {
  auto module = compile(Phase::Streamed);
  EXPECT_GT(mutateEach<pe::VectorOp>(
                *module, streams,
                [&](pe::VectorOp op) {
                  if (!usesStream(op))
                    return false;
                  SmallVector<Attribute> extents(
                      op.getExtentsAttr().getValue());
                  extents[0] = exprAttr(plusOne(extents[0]));
                  op->setAttr("extents", ArrayAttr::get(&context, extents));
                  return isExecuted(op);
                }),
            5u);
}

TEST_P(Mutation, DroppedInstruction) {
  auto module = compile(Phase::Streamed);
  mutateEach<pe::VectorOp>(*module, streams, [&](pe::VectorOp op) {
    if (!usesStream(op) || !isExecuted(op))
      return false;
    op.erase();
    return true;
  });
}

TEST_P(Mutation, OnePEFewer) {
  auto module = compile(Phase::Streamed);
  mutateEach<mesh::TaskOp>(*module, streams, [&](mesh::TaskOp op) {
    bool communicates = false;
    op.walk([&](pe::VectorOp inner) { communicates |= usesStream(inner); });
    wafer::Region region = op.getOn().getRegion();
    wafer::Region less =
        region.subtract(wafer::Region(StridedRect::single(region.anyPoint())));
    if (!communicates || less.empty())
      return false;
    op.setOnAttr(machine::RegionAttr::get(&context, less));
    return true;
  });
}

TEST_P(Mutation, FedElements) {
  auto module = compile(Phase::Streamed);
  unsigned changes =
      mutateEach<pe::FeedOp>(*module, streams, [&](pe::FeedOp op) {
        SmallVector<Attribute> extents(op.getExtents().getValue());
        extents.back() = exprAttr(plusOne(extents.back()));
        op.setExtentsAttr(ArrayAttr::get(&context, extents));
        return true;
      });
  EXPECT_EQ(changes > 0, StringRef(GetParam()) == "streamed");
}

TEST_P(Mutation, SmallerBuffer) {
  auto module = compile(Phase::Allocated);
  EXPECT_GT(mutateEach<pe::BufferOp>(*module, memory,
                                     [](pe::BufferOp op) {
                                       op.setSize(op.getSize() - 1);
                                       return true;
                                     }),
            5u);
}

TEST_P(Mutation, BufferOutsideSRAM) {
  auto module = compile(Phase::Allocated);
  for (int64_t offset : {0, 6140, 49152})
    mutateEach<pe::BufferOp>(*module, memory, [&](pe::BufferOp op) {
      op.setOffset(offset);
      return true;
    });
}

/// A buffer moved onto another one that a task uses together with it.
TEST_P(Mutation, BufferOnAnother) {
  auto module = compile(Phase::Allocated);
  unsigned changes =
      mutateEach<pe::VectorOp>(*module, memory, [](pe::VectorOp op) {
        auto program = op->getParentOfType<mesh::ProgramOp>();
        auto lookup = [&](Attribute operand) {
          auto mem = dyn_cast<pe::MemAttr>(operand);
          return mem ? program.lookupSymbol<pe::BufferOp>(
                           mem.getBuffer().getAttr())
                     : pe::BufferOp();
        };
        pe::BufferOp to = lookup(op.getDestination());
        for (Attribute source : op.getSourcesAttr()) {
          pe::BufferOp from = lookup(source);
          if (!to || !from || to == from)
            continue;
          to.setOffset(*from.getOffset());
          return true;
        }
        return false;
      });
  EXPECT_GT(changes, 2u);
}

TEST_P(Mutation, AccessBehindABuffer) {
  auto module = compile(Phase::PE);
  mutateEach<pe::VectorOp>(*module, memory, [&](pe::VectorOp op) {
    auto mem = dyn_cast<pe::MemAttr>(op.getDestination());
    if (!mem || !isExecuted(op))
      return false;
    auto program = op->getParentOfType<pe::ProgramOp>();
    auto buffer = program.lookupSymbol<pe::BufferOp>(mem.getBuffer().getAttr());
    op.replaceDestination(pe::MemAttr::get(
        &context, mem.getBuffer(), mem.getOffset() + int64_t(buffer.getSize()),
        mem.getStrides()));
    return true;
  });
}

TEST_P(Mutation, DroppedBinding) {
  auto module = compile(Phase::PE);
  EXPECT_GT(mutateEach<pe::BindOp>(*module, programs,
                                   [](pe::BindOp op) {
                                     op.erase();
                                     return true;
                                   }),
            5u);
}

/// Without its halves, each double buffer is written while it is in use.
TEST_P(Mutation, SingleBuffer) {
  auto module = compile(Phase::PE);
  unsigned changes =
      mutateEach<pe::LoopOp>(*module, programs, [&](pe::LoopOp loop) {
        bool hasHalves = false;
        auto flatten = [&](Attribute operand) -> Attribute {
          auto mem = dyn_cast<pe::MemAttr>(operand);
          bool isHalf = false;
          if (mem)
            mem.getOffset().walk([&](AffineExpr e) {
              isHalf |= e.getKind() == AffineExprKind::Mod;
            });
          if (!isHalf)
            return operand;
          hasHalves = true;
          return pe::MemAttr::get(&context, mem.getBuffer(),
                                  getAffineConstantExpr(0, &context),
                                  mem.getStrides());
        };
        bool hasAsync = false;
        loop.walk([&](pe::AsyncOp) { hasAsync = true; });
        loop.walk([&](pe::VectorOp op) {
          op.replaceDestination(flatten(op.getDestination()));
          SmallVector<Attribute> sources;
          for (Attribute source : op.getSourcesAttr())
            sources.push_back(flatten(source));
          op.replaceSources(ArrayAttr::get(&context, sources));
        });
        auto count = dyn_cast<AffineConstantExpr>(loop.getCount().getValue());
        return hasHalves && hasAsync && count && count.getValue() > 1;
      });
  EXPECT_GT(changes, 2u);
}

/// A wait of a loop that the next iteration relies on.
TEST_P(Mutation, DroppedAwaits) {
  auto module = compile(Phase::PE);
  unsigned noticed = 0, total = 0;
  module->walk([&](pe::AwaitOp) { ++total; });
  for (unsigned n = 0; n < total; ++n) {
    OwningOpRef<mlir::ModuleOp> copy = module->clone();
    unsigned index = 0;
    pe::AwaitOp chosen;
    copy->walk([&](pe::AwaitOp op) {
      if (index++ == n)
        chosen = op;
    });
    chosen.erase();
    noticed += !verifyBy(programs, *copy).empty();
  }
  // Waits before the next start of the same microthread are a matter of style
  // (E11): not every one is needed.
  EXPECT_GT(noticed, 0u);
  EXPECT_LE(noticed, total);
}

INSTANTIATE_TEST_SUITE_P(Weights, Mutation,
                         ::testing::Values("resident", "streamed"),
                         [](const auto &info) { return info.param; });

} // namespace
