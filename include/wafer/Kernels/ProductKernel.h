//===- ProductKernel.h - the matrix product ---------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_PRODUCTKERNEL_H
#define WAFER_KERNELS_PRODUCTKERNEL_H

#include "wafer/Kernels/Kernel.h"

namespace wafer {

/// #wafer.product: a graph.matmul whose right operand is a host tensor, then
/// elementwise ops on its result.
class ProductKernel : public Kernel {
public:
  llvm::StringRef getName() const override { return "product"; }
  bool accepts(mlir::Attribute dataflow) const override;
  bool startsWith(mlir::Operation *op) const override;
  bool readsInPlace(mlir::Operation *op, unsigned operand) const override;
  mlir::LogicalResult verifyStart(mlir::Operation *op) const override;
  mlir::Attribute getInitialDataflow(mlir::MLIRContext *context) const override;
  mlir::LogicalResult verify(mesh::KernelOp kernel) const override;
  mlir::LogicalResult expand(mesh::KernelOp kernel,
                             ExpandState &state) const override;
};

/// The product at the start of a kernel's body; null if it has another form.
graph::MatmulOp getProduct(mesh::KernelOp kernel);

/// The sizes of a product as `Y[tokens, outputs] = X[tokens, inputs] .
/// W[inputs, outputs]`.
struct ProductShape {
  int64_t tokens = 1, inputs = 1, outputs = 1;
};
/// Fails if the right operand is batched or the left one transposed (the reason
/// goes to `reason`).
mlir::FailureOr<ProductShape> getProductShape(graph::MatmulOp matmul,
                                              std::string *reason = nullptr);

/// What the expansion of one product derives from its attributes, and the
/// symbols that it makes.
struct ProductPlan {
  mesh::KernelOp kernel;
  graph::MatmulOp matmul;
  ProductShape shape;
  mesh::RectAttr at, to;
  bool streamed;
  /// Sums meet at their owners, not in the last column.
  bool ring;
  int64_t pieces;
  Sharding input;  // X on `at`
  Sharding output; // Y on `to`
  BalancedBlocks
      blocks; // positions of outputs, `pieces` for each column of `to`

  mlir::FlatSymbolRefAttr x, w, acc, y; // buffers
  /// Streams; null where there is none: partial sums on their way east, on
  /// their way west (of a ring), finished sums (of a chain).
  mlir::FlatSymbolRefAttr part, partWest, out;

  ProductPlan(mesh::KernelOp kernel, ExpandState &state);
  int64_t columns() const { return at.getWidth(); }
  int64_t lastColumn() const { return at.getX1() - 1; }
  /// The column of `to` that the last column of `at` is, or -1.
  int64_t lastAsOwner() const {
    return lastColumn() >= to.getX0() && lastColumn() < to.getX1()
               ? lastColumn() - to.getX0()
               : -1;
  }
  /// Elements between the two halves of the double-buffered weights and partial
  /// sums.
  int64_t weightHalf() const {
    return blocks.largest() * input.features.largest();
  }
  int64_t accHalf() const { return blocks.largest() * input.tokens.largest(); }
};

/// Microthreads of the expansion.
enum ProductThread : int64_t {
  kWeightThread = 1,
  kPartialThread = 2,
  kOutputThread = 3,
  kBranchThread = 4
};

/// The weights of a streamed product on their way from ports to columns: a
/// trunk from each port along its row to the columns that it serves, where one
/// PE for each column (the relay) picks its part and sends it up and down the
/// column.
class WeightStreams {
public:
  WeightStreams(ProductPlan &plan, Emitter &emitter, machine::DescAttr machine);
  /// Declares streams and feeds. Fails if the machine has no ports.
  mlir::LogicalResult
  declare(llvm::StringRef host,
          llvm::function_ref<mlir::AffineExpr(mlir::AffineExpr k,
                                              mlir::AffineExpr n)>
              index);
  /// Relay tasks on PEs outside the product's rectangle: they only pass blocks
  /// on.
  void emitOutsideRelays();

  struct Side {
    std::string name; // "west" or "east"
    int64_t firstColumn =
        0; // first column that it serves, counted in the rectangle
    BalancedBlocks columns;            // its columns over its ports
    int64_t firstRow = 0, rowStep = 1; // rows of the ports in use
    mlir::FlatSymbolRefAttr trunk;     // from each port along its row
    mlir::FlatSymbolRefAttr branch; // from each relay along its column; null if
                                    // no column has a reader
    Region relays;                  // one PE for each column
    Region served;                  // the rectangle's part in its columns
  };
  llvm::ArrayRef<Side> getSides() const { return sides; }

  /// Emits the receipt of block `q` by a relay of `side` from its trunk into
  /// `buffer` at `offset`.
  void emitRelayReceive(const Side &side, mlir::AffineExpr q,
                        mlir::FlatSymbolRefAttr buffer,
                        mlir::AffineExpr offset);
  /// Emits the relay's sending of that block to its column.
  void emitRelaySend(const Side &side, mlir::AffineExpr q,
                     mlir::FlatSymbolRefAttr buffer, mlir::AffineExpr offset);

private:
  void addSide(machine::PortsAttr ports, int64_t firstColumn, int64_t columns);
  void declareTrunk(
      Side &side, llvm::StringRef host,
      llvm::function_ref<mlir::AffineExpr(mlir::AffineExpr, mlir::AffineExpr)>
          index);
  void declareBranch(Side &side);
  /// Columns are counted from the side's first one.
  mlir::AffineExpr portOfColumn(const Side &side,
                                mlir::AffineExpr column) const;
  mlir::AffineExpr inputsBefore(const Side &side,
                                mlir::AffineExpr column) const;

  ProductPlan &plan;
  Emitter &emitter;
  machine::DescAttr machine;
  llvm::SmallVector<Side, 2> sides;
};

/// Emits the tasks of a product: receivers of finished sums, and the columns of
/// the chain or ring.
class ProductTasks {
public:
  ProductTasks(ProductPlan &plan, Emitter &emitter, WeightStreams &weights)
      : plan(plan), emitter(emitter), weights(weights) {}
  void emitReceivers();
  void emitColumns();

private:
  enum class Role { First, Middle, Last, Only };
  /// What becomes of a block's sums: they go on along the chain, to the owner
  /// in the east or in the west, or are the column's own.
  enum class Way { Chain, East, West, Own };
  /// Where a PE's weights come from: SRAM, the branch of its column, or the
  /// trunk of the port that it relays.
  struct Source {
    const WeightStreams::Side *side = nullptr;
    bool relay = false;
  };
  void emitColumn(const llvm::Twine &name, Role role, const Region &region,
                  Source source);
  void emitChainBlocks(Role role, Source source);
  void emitRingBlocks(Role role, Source source);
  void emitBlocks(mlir::AffineExpr begin, mlir::AffineExpr end, Role role,
                  Way way, Source source);
  void emitWeights(mlir::AffineExpr q, Source source);
  void emitReceive(mlir::AffineExpr q, Source source);
  void emitPartial(mlir::AffineExpr q, Role role, Way way);
  llvm::SmallVector<mlir::FlatSymbolRefAttr, 2> getIncoming(Role role,
                                                            Way way) const;
  mlir::Attribute getDestination(mlir::AffineExpr q, Role role, Way way);
  mlir::AffineExpr half(mlir::AffineExpr q, int64_t size) const {
    return (q % 2) * size;
  }

  ProductPlan &plan;
  Emitter &emitter;
  WeightStreams &weights;
};

} // namespace wafer

#endif
