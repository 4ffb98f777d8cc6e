//===- FamilyTest.cpp - families of streams against brute force -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The router and the verifier each have their own reading of wafer.stream. Both
// are compared with the definition, channel by channel.
//
//===----------------------------------------------------------------------===//

#include "../../../lib/Route/StreamFamily.h"
#include "Channels.h"
#include "mlir/Parser/Parser.h"
#include "wafer/Pipeline/Registration.h"
#include "wafer/Target/LoadMachine.h"

#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace wafer;

namespace {

constexpr int64_t kMeshSize = 8;

/// A source and its readers.
using Channel = std::pair<Point, std::vector<Point>>;

std::vector<Channel> sorted(std::vector<Channel> channels) {
  for (Channel &channel : channels)
    llvm::sort(channel.second);
  llvm::sort(channels);
  return channels;
}

std::vector<Channel> listPieces(const std::vector<StreamPiece> &pieces) {
  std::vector<Channel> channels;
  for (const StreamPiece &piece : pieces)
    wafer::Region(piece.sources).forEachPoint([&](Point source) {
      Channel channel{source, {}};
      piece.readersOf(source).forEachPoint(
          [&](Point reader) { channel.second.push_back(reader); });
      channels.push_back(std::move(channel));
    });
  return sorted(std::move(channels));
}

class Family : public ::testing::Test {
protected:
  Family() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    OpBuilder builder(&context);
    Location loc = builder.getUnknownLoc();
    module = mlir::ModuleOp::create(loc);
    builder.setInsertionPointToStart(module->getBody());
    auto machine = loadMachine("mesh<8x8>", &context,
                               [&]() { return mlir::emitError(loc); });
    program = mesh::ProgramOp::create(builder, loc, builder.getStringAttr("p"),
                                      *machine, builder.getI64IntegerAttr(1));
    program.getBody().emplaceBlock();
  }

  mesh::StreamOp makeStream(ArrayRef<int64_t> domain, StringRef side,
                            ArrayRef<AffineExpr> e) {
    auto builder = OpBuilder::atBlockEnd(&program.getBody().front());
    auto expr = [&](unsigned i) {
      return machine::ExprAttr::get(&context, e[i]);
    };
    return mesh::StreamOp::create(
        builder, builder.getUnknownLoc(), builder.getStringAttr("s"),
        TypeAttr::get(builder.getF32Type()),
        builder.getDenseI64ArrayAttr(domain),
        side.empty() ? StringAttr() : builder.getStringAttr(side), expr(0),
        expr(1), expr(2), expr(3), expr(4), expr(5));
  }

  /// The definition.
  std::vector<Channel> listChannels(mesh::StreamOp stream) {
    SmallVector<int64_t> domain(stream.getDomain());
    while (domain.size() < 4)
      domain.append({0, 1});
    std::vector<Channel> channels;
    for (int64_t i0 = domain[0]; i0 < domain[1]; ++i0)
      for (int64_t i1 = domain[2]; i1 < domain[3]; ++i1) {
        auto at = [&](machine::ExprAttr e) {
          return *machine::evaluate(e.getValue(), {0, 0, 0, i0, i1});
        };
        Channel channel{{at(stream.getSourceX()), at(stream.getSourceY())}, {}};
        for (int64_t y = at(stream.getY0()); y < at(stream.getY1()); ++y)
          for (int64_t x = at(stream.getX0()); x < at(stream.getX1()); ++x)
            if (stream.getSide() || Point{x, y} != channel.first)
              channel.second.push_back({x, y});
        if (!channel.second.empty())
          channels.push_back(std::move(channel));
      }
    return sorted(std::move(channels));
  }

  void compare(mesh::StreamOp stream) {
    std::string text;
    llvm::raw_string_ostream(text) << *stream.getOperation();
    std::vector<Channel> wanted = listChannels(stream);
    auto routed = route_detail::expandFamily(stream);
    ASSERT_TRUE(succeeded(routed)) << text;
    EXPECT_EQ(listPieces(*routed), wanted) << "router: " << text;
    auto channels = verify::Channels::get(stream);
    ASSERT_TRUE(succeeded(channels)) << text;
    EXPECT_EQ(listPieces(channels->getPieces()), wanted)
        << "verifier: " << text;

    std::vector<StridedRect> sources, readers;
    int64_t count = 0;
    for (const Channel &channel : wanted) {
      sources.push_back(StridedRect::single(channel.first));
      for (Point reader : channel.second)
        readers.push_back(StridedRect::single(reader));
      count += channel.second.size();
    }
    EXPECT_TRUE(channels->getSources().isEqual(wafer::Region::get(sources)))
        << text;
    if (channels->countChannels() == channels->getSources().size()) {
      EXPECT_TRUE(channels->getReaders().isEqual(wafer::Region::get(readers)))
          << text;
    }
    EXPECT_EQ(channels->countChannels(), int64_t(wanted.size())) << text;
    EXPECT_EQ(channels->countReaders(), count) << text;
  }

  /// A random quasi-affine expression in the two indices.
  AffineExpr randomExpr(unsigned depth) {
    if (depth == 0)
      return machine::exprIndex(&context, random() % 2);
    AffineExpr left = randomExpr(depth - 1);
    switch (random() % 5) {
    case 0:
      return left.floorDiv(2 + random() % 3);
    case 1:
      return left % (2 + random() % 3);
    case 2:
      return left * (1 + random() % 3);
    case 3:
      return left + randomExpr(depth - 1);
    default:
      return left + (random() % 4);
    }
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<mlir::ModuleOp> module;
  mesh::ProgramOp program;
  std::mt19937 random{5};
};

TEST_F(Family, RandomFamilies) {
  for (unsigned round = 0; round < 600; ++round) {
    SmallVector<int64_t> domain;
    for (unsigned k = 0; k < 2; ++k) {
      int64_t begin = random() % 3;
      domain.append({begin, begin + 1 + int64_t(random() % 6)});
    }
    // Sources and readers inside the mesh; some readers relative to the source.
    AffineExpr e[6];
    for (unsigned axis = 0; axis < 2; ++axis) {
      AffineExpr source = randomExpr(round % 3) % 6;
      bool isRelative = random() % 2;
      AffineExpr begin =
          isRelative ? source + random() % 2 : randomExpr(random() % 3) % 6;
      AffineExpr width = random() % 3 == 0
                             ? randomExpr(1) % 2
                             : getAffineConstantExpr(random() % 2, &context);
      e[axis] = source;
      e[2 + 2 * axis] = begin;
      e[3 + 2 * axis] = begin + width + (random() % 5 != 0);
    }
    StringRef side = random() % 4 == 0 ? "west" : "";
    mesh::StreamOp stream = makeStream(domain, side, e);
    compare(stream);
    stream.erase();
  }
}

TEST_F(Family, PiecesFollowTheStructure) {
  AffineExpr i0 = machine::exprIndex(&context, 0);
  AffineExpr i1 = machine::exprIndex(&context, 1);
  auto zero = getAffineConstantExpr(0, &context);
  auto countPieces = [&](ArrayRef<int64_t> domain, ArrayRef<AffineExpr> e) {
    mesh::StreamOp stream = makeStream(domain, "", e);
    compare(stream);
    size_t count = route_detail::expandFamily(stream)->size();
    EXPECT_EQ(verify::Channels::get(stream)->getPieces().size(), count);
    stream.erase();
    return count;
  };
  // A chain on the whole mesh.
  EXPECT_EQ(countPieces({0, 7, 0, 8}, {i0, i1, i0 + 1, i0 + 2, i1, i1 + 1}),
            1u);
  // Seven columns over three rows of a staircase: runs of 2, 2 and 3.
  AffineExpr row = ((i0 + 1) * 3 - 1).floorDiv(7) * 2 + 1;
  EXPECT_EQ(countPieces({0, 7}, {i0, row, i0, i0 + 1, zero, zero + kMeshSize}),
            3u);
}

} // namespace
