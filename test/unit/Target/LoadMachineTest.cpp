//===- LoadMachineTest.cpp - presets, meshes and machine files -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Target/LoadMachine.h"
#include "wafer/Target/Ports.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace wafer;
using machine::DescAttr;

namespace {

class LoadMachine : public ::testing::Test {
protected:
  MLIRContext context{MLIRContext::Threading::DISABLED};
  std::string errors;

  /// The machine, or null with what was reported in `errors`.
  DescAttr load(StringRef spec) {
    errors.clear();
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      errors += diagnostic.str() + "\n";
      return success();
    });
    FailureOr<DescAttr> machine = loadMachine(
        spec, &context, [&]() { return emitError(UnknownLoc::get(&context)); });
    EXPECT_EQ(succeeded(machine), errors.empty());
    return succeeded(machine) ? *machine : DescAttr();
  }

  /// Writes a file that is removed at the end of the test, and loads it.
  DescAttr loadText(StringRef text) {
    SmallString<128> path;
    EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("wafer", "machine", path));
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << text;
    DescAttr machine = load(path);
    llvm::sys::fs::remove(path);
    return machine;
  }
};

TEST_F(LoadMachine, Wse2) {
  DescAttr wse2 = load("wse2");
  ASSERT_TRUE(wse2) << errors;
  EXPECT_EQ(wse2.getName().getValue(), "wse2");
  EXPECT_EQ(wse2.getWidth() * wse2.getHeight(), 745500);
  EXPECT_EQ(wse2.getUsableBytes(), 49152 - 6144);
  EXPECT_EQ(wse2.getUsableColours(), 21);
  // Dense f16 peak: PEs * 4 elements * 2 operations * clock = 6.56 Pflop/s.
  EXPECT_EQ(wse2.getRate("mac", "f16"), 4);
  EXPECT_EQ(wse2.getRate("mac", "mixed"), 2);
  EXPECT_EQ(wse2.getRate("mac", "f32"), 1);
  // A mac from f16 to f32 has a rate of its own, a convert its result's.
  EXPECT_EQ(wse2.getRate("mac", "f32", "f16"), 2);
  EXPECT_EQ(wse2.getRate("mac", "f16", "f16"), 4);
  EXPECT_EQ(wse2.getRate("convert", "f16", "f32"), 1);
  EXPECT_EQ(wse2.getRate("no such operation", "f32"), 1);
}

TEST_F(LoadMachine, Wse3) {
  DescAttr wse3 = load("wse3");
  ASSERT_TRUE(wse3) << errors;
  EXPECT_EQ(wse3.getWidth() * wse3.getHeight(), 883350);
  EXPECT_EQ(wse3.getHopCycles(), 2);
  EXPECT_EQ(wse3.getOutQueues().size(), 8);
  EXPECT_EQ(wse3.getRate("max", "f16"), 8);
}

TEST_F(LoadMachine, PresetsAreNamedAsTheirFiles) {
  for (StringRef name : getPresetNames()) {
    DescAttr machine = load(name);
    ASSERT_TRUE(machine) << errors;
    EXPECT_EQ(machine.getName().getValue(), name);
    EXPECT_FALSE(machine.getPorts().empty());
  }
}

TEST_F(LoadMachine, EveryRateNamesAnOperationAndAType) {
  const StringRef operations[] = {"move", "add", "sub", "mul", "mac",
                                  "max",  "min", "neg", "abs", "convert"};
  for (StringRef name : getPresetNames())
    for (NamedAttribute rate : load(name).getRates()) {
      auto [operation, type] = rate.getName().getValue().split('.');
      EXPECT_TRUE(llvm::is_contained(operations, operation))
          << rate.getName().str();
      EXPECT_TRUE(type == "f32" || type == "f16" || type == "i32" ||
                  rate.getName() == "mac.mixed")
          << rate.getName().str();
    }
}

TEST_F(LoadMachine, MeshKeepsThePEOfWse2) {
  DescAttr mesh = load("mesh<40x24>"), wse2 = load("wse2");
  ASSERT_TRUE(mesh) << errors;
  EXPECT_EQ(mesh.getName().getValue(), "mesh<40x24>");
  EXPECT_EQ(mesh.getWidth(), 40);
  EXPECT_EQ(mesh.getHeight(), 24);
  EXPECT_EQ(mesh.getRates(), wse2.getRates());
  EXPECT_EQ(mesh.getInQueues(), wse2.getInQueues());
  EXPECT_EQ(mesh.getSramBytes(), wse2.getSramBytes());
}

TEST_F(LoadMachine, MeshesOfEverySizeHavePortsInside) {
  for (int64_t height : {1, 2, 3, 4, 15, 16, 17, 31, 32, 33, 994, 1 << 20}) {
    DescAttr mesh = load(("mesh<1x" + Twine(height) + ">").str());
    ASSERT_TRUE(mesh) << errors;
    SmallVector<Port> west = getPorts(mesh, Direction::West);
    EXPECT_EQ(static_cast<int64_t>(west.size()),
              std::max<int64_t>(1, height / 16))
        << height;
    EXPECT_EQ(west.front().pe.y, std::min<int64_t>(height, 16) / 2) << height;
    EXPECT_LT(west.back().pe.y, height) << height;
    EXPECT_EQ(west.front().waveletsPerKilocycle, 284);
    EXPECT_EQ(getPorts(mesh, Direction::East).size(), west.size());
  }
}

TEST_F(LoadMachine, RefusesUnknownNames) {
  EXPECT_FALSE(load("wse4"));
  EXPECT_EQ(errors, "unknown machine 'wse4', known are wse2, wse3, mesh<WxH> "
                    "and the path of a machine file\n");
  EXPECT_FALSE(load(""));
  EXPECT_FALSE(load("WSE2"));
}

TEST_F(LoadMachine, RefusesBadMeshes) {
  for (const char *spec :
       {"mesh<0x4>", "mesh<4x0>", "mesh<-1x4>", "mesh<4x1048577>",
        "mesh<4x99999999999999999999>", "mesh<4xx4>", "mesh<x>", "mesh< 4x4>",
        "mesh<4x4x4>", "mesh<4.5x4>"}) {
    EXPECT_FALSE(load(spec)) << spec;
    EXPECT_NE(errors.find("must be in 1:1048577"), std::string::npos) << errors;
  }
  for (const char *spec :
       {"mesh", "mesh4x4", "mesh<4>", "mesh<4x4", "mesh<>", "mesh<4x4>x"}) {
    EXPECT_FALSE(load(spec)) << spec;
    EXPECT_NE(errors.find("expected mesh<WxH>"), std::string::npos) << errors;
  }
}

TEST_F(LoadMachine, ReadsAFile) {
  DescAttr wse2 = load("wse2");
  std::string text;
  llvm::raw_string_ostream(text) << "// a comment\n"
                                 << wse2 << " // behind it\n";
  EXPECT_EQ(loadText(text), wse2) << errors;
}

TEST_F(LoadMachine, PlacesFaultsInAFile) {
  EXPECT_FALSE(load("no/such.machine"));
  EXPECT_NE(errors.find("cannot read machine file 'no/such.machine'"),
            std::string::npos)
      << errors;
  EXPECT_FALSE(loadText("// a comment\n#machine.desc<name = 3>"));
  EXPECT_NE(errors.find(".machine:2:"), std::string::npos) << errors;
  EXPECT_FALSE(loadText("\n// a comment\n  17 // another\n  18"));
  EXPECT_NE(errors.find(".machine:4:3: expected the end"), std::string::npos)
      << errors;
  EXPECT_FALSE(loadText(""));
  EXPECT_FALSE(loadText("// nothing\n"));
  EXPECT_FALSE(loadText("17"));
  EXPECT_NE(errors.find("expected #machine.desc<...>, found 17"),
            std::string::npos)
      << errors;
  EXPECT_FALSE(loadText(StringRef("\0\xff\x01", 3)));
  EXPECT_FALSE(load("/"));
}

TEST_F(LoadMachine, ChecksTheNumbersOfAFile) {
  std::string text;
  llvm::raw_string_ostream(text) << load("wse2");
  size_t at = text.find("width = 750");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 11, "width = 0");
  EXPECT_FALSE(loadText(text));
  EXPECT_NE(
      errors.find("width must be at least 1 and at most 1048576, found 0"),
      std::string::npos)
      << errors;
}

} // namespace
