//===- OverrideTest.cpp - decisions written by hand -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"
#include "dialects/Wafer/Wafer.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::e2e;

namespace {

using Rect = std::array<int64_t, 4>; // x0, x1, y0, y1

std::vector<mesh::KernelOp> kernelsOf(ModuleOp module) {
  std::vector<mesh::KernelOp> kernels;
  module.walk([&](mesh::KernelOp kernel) { kernels.push_back(kernel); });
  return kernels;
}

mesh::RectAttr rect(MLIRContext *context, Rect r) {
  return mesh::RectAttr::get(context, r[0], r[1], r[2], r[3]);
}

mesh::ProductAttr product(MLIRContext *context, mesh::Weights weights,
                          int64_t pieces) {
  return mesh::ProductAttr::get(context, mesh::Form::Forward,
                                mesh::Reduce::Chain, weights, pieces);
}

void expectRight(const GraphCase &graph, const MachineChoice &machine,
                 const Harness::Edit &edit, const std::string &what) {
  Harness harness;
  Outcome outcome = harness.check(graph, machine, edit);
  EXPECT_EQ(outcome.kind, Outcome::Right) << what << ": " << outcome.message;
}

MachineChoice mesh9x6() {
  MachineChoice machine;
  machine.width = 9, machine.height = 6;
  machine.ownPorts = true;
  machine.ports = {{"west", 2, 1, 3, 500}, {"east", 1, 5, 1, 284}};
  return machine;
}

TEST(OverrideTest, WeightsAndPieces) {
  GraphCase graph = makeChain(1, 11, {13, 17, 8}, /*integers=*/true);
  for (mesh::Weights weights :
       {mesh::Weights::Resident, mesh::Weights::Streamed})
    for (int64_t pieces : {1, 2, 3, 5})
      expectRight(
          graph, mesh9x6(),
          [&](Phase phase, ModuleOp module) {
            if (phase == Phase::Placed)
              for (mesh::KernelOp kernel : kernelsOf(module))
                kernel.setDataflowAttr(
                    product(module.getContext(), weights, pieces));
          },
          mesh::stringifyWeights(weights).str() + " in " +
              std::to_string(pieces));
}

/// `to` west of, east of, inside and across `at`, away from the corner of the
/// mesh.
TEST(OverrideTest, RectanglesOfOneProduct) {
  GraphCase graph = makeChain(2, 7, {10, 12}, /*integers=*/true);
  const std::pair<Rect, Rect> places[] = {
      {{2, 6, 1, 5}, {2, 6, 1, 5}}, {{4, 8, 1, 5}, {0, 3, 1, 5}},
      {{0, 3, 2, 5}, {5, 9, 2, 5}}, {{2, 6, 3, 6}, {4, 9, 3, 6}},
      {{3, 8, 0, 2}, {1, 5, 0, 2}}, {{1, 8, 2, 3}, {3, 5, 2, 3}},
      {{4, 5, 1, 6}, {4, 5, 1, 6}}, {{4, 5, 1, 6}, {0, 9, 1, 6}},
      {{0, 9, 0, 6}, {8, 9, 0, 6}}, {{0, 9, 0, 6}, {0, 1, 0, 6}}};
  for (mesh::Weights weights :
       {mesh::Weights::Resident, mesh::Weights::Streamed})
    for (auto [i, place] : llvm::enumerate(places))
      for (Phase when : {Phase::Sharded, Phase::Placed})
        expectRight(
            graph, mesh9x6(),
            [&, place = place](Phase phase, ModuleOp module) {
              if (phase != when)
                return;
              mesh::KernelOp kernel = kernelsOf(module).front();
              kernel.setAtAttr(rect(module.getContext(), place.first));
              kernel.setToAttr(rect(module.getContext(), place.second));
              kernel.setDataflowAttr(product(module.getContext(), weights, 2));
            },
            "place " + std::to_string(i) + " at " + stringifyPhase(when).str());
}

TEST(OverrideTest, RectanglesOfAChain) {
  GraphCase graph = makeChain(3, 9, {10, 12, 7, 11}, /*integers=*/true);
  expectRight(
      graph, mesh9x6(),
      [&](Phase phase, ModuleOp module) {
        if (phase != Phase::Placed)
          return;
        const Rect rects[] = {
            {1, 4, 2, 6}, {5, 9, 2, 6}, {0, 2, 2, 6}, {2, 8, 2, 6}};
        for (auto [i, kernel] : llvm::enumerate(kernelsOf(module))) {
          kernel.setAtAttr(rect(module.getContext(), rects[i]));
          kernel.setToAttr(rect(module.getContext(), rects[i + 1]));
        }
      },
      "chain");
}

/// One kernel by hand before placing: the others follow its rows.
TEST(OverrideTest, OneRectangleDecidesTheRowsOfAll) {
  GraphCase graph = makeChain(4, 9, {10, 12, 7}, /*integers=*/true);
  for (size_t which : {0, 1})
    expectRight(
        graph, mesh9x6(),
        [&](Phase phase, ModuleOp module) {
          if (phase != Phase::Sharded)
            return;
          mesh::KernelOp kernel = kernelsOf(module)[which];
          kernel.setAtAttr(rect(module.getContext(), {1, 5, 3, 5}));
          kernel.setToAttr(rect(module.getContext(), {4, 8, 3, 5}));
        },
        "kernel " + std::to_string(which));
}

TEST(OverrideTest, Launches) {
  GraphCase graph = makeChain(5, 23, {10, 12, 7}, /*integers=*/true);
  for (int64_t launches : {2, 3, 4, 23, 30})
    for (Phase when : {Phase::Sharded, Phase::Placed})
      expectRight(
          graph, mesh9x6(),
          [&](Phase phase, ModuleOp module) {
            if (phase == when)
              for (auto program : module.getOps<mesh::ProgramOp>())
                program.setLaunches(launches);
          },
          std::to_string(launches) + " launches at " +
              stringifyPhase(when).str());
}

/// Behind every kernel a reshard to other columns; the next kernel reads there.
TEST(OverrideTest, Reshards) {
  GraphCase graph = makeChain(6, 9, {10, 12, 7}, /*integers=*/true);
  for (Rect to : {Rect{6, 9, 0, 6}, Rect{5, 8, 0, 6}, Rect{7, 8, 0, 6}})
    expectRight(
        graph, mesh9x6(),
        [&](Phase phase, ModuleOp module) {
          if (phase != Phase::Sharded)
            return;
          MLIRContext *context = module.getContext();
          std::vector<mesh::KernelOp> kernels = kernelsOf(module);
          Rect first = {0, 5, 0, 6};
          kernels[0].setAtAttr(rect(context, first));
          kernels[0].setToAttr(rect(context, first));
          kernels[1].setAtAttr(rect(context, to));
          kernels[1].setToAttr(rect(context, first));
          mlir::Value value = kernels[0].getResult(0);
          OpBuilder builder(context);
          builder.setInsertionPointAfter(kernels[0]);
          auto reshard = mesh::KernelOp::create(
              builder, kernels[0].getLoc(), TypeRange(value.getType()),
              builder.getStringAttr("move"), ValueRange(value),
              mesh::ReshardAttr::get(context), rect(context, first),
              rect(context, to));
          Block *body = new Block();
          body->addArgument(mesh::withoutLayout(value.getType()),
                            kernels[0].getLoc());
          builder.setInsertionPointToEnd(body);
          mesh::YieldOp::create(builder, kernels[0].getLoc(),
                                body->getArguments());
          reshard.getBody().push_back(body);
          value.replaceUsesWithIf(reshard.getResult(0), [&](OpOperand &use) {
            return use.getOwner() == kernels[1].getOperation();
          });
        },
        "reshard to " + std::to_string(to[0]));
}

} // namespace
