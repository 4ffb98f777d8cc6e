//===- HostMemoryTest.cpp - which constants the host holds ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"
#include "wafer/Executor/Constants.h"
#include "wafer/Support/SeededValues.h"
#include <algorithm>

using namespace wafer;
using namespace wafer::exec;

namespace {

class HostMemoryTest : public ExecutorTest {
protected:
  HostMemoryTest() { context.loadDialect<graph::GraphDialect>(); }

  /// Constants that were asked for, in order.
  std::vector<std::string> resolved;
  ConstantReader reader;
  HostMemory memory{[this](pe::HostOp host) {
    resolved.push_back(host.getSymName().str());
    return reader.read(*host.getValue(), host.getSymName());
  }};

  void runModule(llvm::StringRef name, bool isCycle) {
    auto op = module->lookupSymbol<pe::ModuleOp>(name);
    RunResult result = isCycle ? runCycle(op, memory, options)
                               : runFunctional(op, memory, options);
    EXPECT_TRUE(result.succeeded()) << llvm::join(result.diagnostics, "\n");
  }

  std::vector<float> getFloats(llvm::StringRef name) {
    llvm::ArrayRef<float> values = memory.get(name)->getValues<float>();
    return {values.begin(), values.end()};
  }
};

std::vector<float> draw(uint64_t seed, uint64_t base, size_t count) {
  SeededValues values;
  values.seed = seed;
  values.base = base;
  std::vector<float> out(count);
  values.generate(0, out);
  return out;
}

/// PE x of @loadA and @loadB stores two elements of a constant; @feed sends the
/// elements of @a from the last to the first, launch by launch.
constexpr const char *kModules = R"(
pe.host @a : tensor<400xf32> constant value(#graph.seeded<normal, seed = 7, base = 3, scale = 1.0 : f32, mean = 0.0 : f32> : tensor<400xf32>)
pe.host @b : tensor<400xf32> constant value(#graph.seeded<normal, seed = 8, base = 0, scale = 1.0 : f32, mean = 0.0 : f32> : tensor<400xf32>)
pe.host @y : tensor<400xf32> output
pe.module @loadA machine(MACHINE) launches(1) {
  pe.program @r on [0:4, 0] {
    pe.buffer @m : f32 x 100 at 6144
    pe.load @m[0 : 1] from @a[x * 100 + i0] over [100]
    pe.store @m[0 : 1] to @y[x * 100 + i0] over [100]
  }
}
pe.module @loadB machine(MACHINE) launches(1) {
  pe.program @r on [0:4, 0] {
    pe.buffer @m : f32 x 100 at 6144
    pe.load @m[0 : 1] from @b[x * 100 + i0] over [100]
    pe.store @m[0 : 1] to @y[x * 100 + i0] over [100]
  }
}
pe.module @feed machine(MACHINE) launches(2) {
  pe.feed "west" on [0, 0] colour 0 from @a[399 - launch * 200 - i0] over [200]
  pe.route colour 0 epoch 0 on [0, 0] : west -> ramp
  pe.program @r on [0, 0] {
    pe.buffer @m : f32 x 200 at 6144
    pe.store @m[0 : 1] to @y[launch * 200 + i0] over [200]
    pe.bind in(0) colour 0
    pe.move f32 over [200] @m[0 : 1] = in(0)
  }
}
)";

TEST_F(HostMemoryTest, FeedsDrawSeededConstants) {
  ASSERT_TRUE(parse(kModules));
  std::vector<float> expected = draw(7, 3, 400);
  std::reverse(expected.begin(), expected.end());
  for (bool isCycle : {false, true}) {
    runModule("feed", isCycle);
    EXPECT_EQ(getFloats("y"), expected);
    EXPECT_TRUE(resolved.empty());
    EXPECT_EQ(memory.get("a"), nullptr);
  }
}

TEST_F(HostMemoryTest, HoldsTheConstantsOfOneModule) {
  ASSERT_TRUE(parse(kModules));
  runModule("loadA", /*isCycle=*/false);
  EXPECT_EQ(getFloats("y"), draw(7, 3, 400));
  EXPECT_NE(memory.get("a"), nullptr);
  runModule("loadA", /*isCycle=*/true);
  runModule("loadB", /*isCycle=*/false);
  EXPECT_EQ(getFloats("y"), draw(8, 0, 400));
  EXPECT_EQ(memory.get("a"), nullptr);
  EXPECT_NE(memory.get("b"), nullptr);
  // Only feeds read it now: what was held is let go.
  runModule("loadA", /*isCycle=*/false);
  runModule("feed", /*isCycle=*/false);
  EXPECT_EQ(memory.get("a"), nullptr);
  EXPECT_EQ(resolved, (std::vector<std::string>{"a", "b", "a"}));
}

TEST_F(HostMemoryTest, KeepsWhatTheCallerSet) {
  ASSERT_TRUE(parse(kModules));
  Tensor ones(ElementType::F32, {400});
  std::fill(ones.getMutableValues<float>().begin(),
            ones.getMutableValues<float>().end(), 1.0f);
  memory.set("a", ones);
  runModule("feed", /*isCycle=*/true);
  EXPECT_EQ(getFloats("y"), std::vector<float>(400, 1.0f));
  runModule("loadB", /*isCycle=*/true);
  EXPECT_NE(memory.get("a"), nullptr);
}

} // namespace
