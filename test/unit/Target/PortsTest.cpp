//===- PortsTest.cpp - where and how fast wavelets enter -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Target/Ports.h"
#include "wafer/Target/LoadMachine.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace wafer;
using machine::DescAttr;

namespace {

class Ports : public ::testing::Test {
protected:
  MLIRContext context{MLIRContext::Threading::DISABLED};

  DescAttr load(StringRef spec) {
    return *loadMachine(spec, &context,
                        [&]() { return emitError(UnknownLoc::get(&context)); });
  }
};

TEST_F(Ports, OfWse2) {
  DescAttr wse2 = load("wse2");
  SmallVector<Port> ports = getPorts(wse2),
                    east = getPorts(wse2, Direction::East);
  ASSERT_EQ(ports.size(), 120u);
  ASSERT_EQ(east.size(), 60u);
  EXPECT_EQ(ports.front().side, Direction::West);
  EXPECT_EQ(ports.front().pe, (Point{0, 8}));
  EXPECT_EQ(east.back().pe, (Point{749, 952})); // 8 + 59 * 16
}

TEST_F(Ports, RegionHoldsExactlyThePorts) {
  for (StringRef spec : {"wse2", "wse3", "mesh<5x40>"})
    for (Direction side : {Direction::West, Direction::East}) {
      DescAttr machine = load(spec);
      wafer::Region region = getPortRegion(machine, side);
      SmallVector<Port> ports = getPorts(machine, side);
      EXPECT_EQ(region.size(), static_cast<int64_t>(ports.size()));
      for (const Port &port : ports)
        EXPECT_TRUE(region.contains(port.pe));
    }
}

TEST_F(Ports, RateStaysBelowTheAdvertisedOne) {
  for (StringRef spec : {"wse2", "wse3"}) {
    DescAttr machine = load(spec);
    // 150 GB/s in wavelets of 4 B for 1,000 cycles; rounding takes less than
    // one wavelet a port.
    double advertised = 150e9 / 4 / machine.getClockHz() * 1000;
    EXPECT_LE(getWaveletsPerKilocycle(machine), advertised);
    EXPECT_GT(getWaveletsPerKilocycle(machine),
              advertised - getPorts(machine).size());
  }
}

TEST_F(Ports, CyclesRoundUp) {
  DescAttr mesh =
      load("mesh<4x4>"); // one port a side: 568 wavelets in 1,000 cycles
  EXPECT_EQ(getPortCycles(mesh, 0), 0);
  EXPECT_EQ(getPortCycles(mesh, 1), 2);
  EXPECT_EQ(getPortCycles(mesh, 568), 1000);
  EXPECT_EQ(getPortCycles(mesh, 569), 1002);
  EXPECT_EQ(getPortCycles(mesh, INT64_MAX), std::nullopt);
}

} // namespace
