//===- AttentionKernel.h - attention on a mesh ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_ATTENTIONKERNEL_H
#define WAFER_KERNELS_ATTENTIONKERNEL_H

#include "wafer/Kernels/Attention.h"
#include "wafer/Kernels/Functions.h"
#include "wafer/Kernels/Kernel.h"
#include "wafer/Support/StridedRange.h"

namespace wafer {

/// #wafer.attention: an AttentionForm.
class AttentionKernel : public Kernel {
public:
  llvm::StringRef getName() const override { return "attention"; }
  bool accepts(mlir::Attribute dataflow) const override;
  bool startsWith(mlir::Operation *op) const override;
  bool takesTail() const override { return false; }
  mlir::LogicalResult verifyStart(mlir::Operation *op) const override;
  mlir::Attribute getInitialDataflow(mlir::MLIRContext *context) const override;
  mlir::LogicalResult verify(mesh::KernelOp kernel) const override;
  mlir::LogicalResult expand(mesh::KernelOp kernel,
                             ExpandState &state) const override;
};

/// The attention of a kernel's body; null if there is none.
graph::AttentionOp getAttention(mesh::KernelOp kernel);

/// How an attention's tokens, heads and keys are dealt.
struct AttentionSplit {
  int64_t sequence;         // tokens of a sequence
  int64_t columnsPerHead;   // 1 where a column has whole heads
  int64_t headsPerColumn;   // 1 where a head has several columns
  int64_t rowsPerSequence;  // blocks of tokens, over rows and launches
  int64_t segments;         // of a sequence's rows
  int64_t blocksPerSegment; // of keys
  BalancedBlocks tokens;    // of a sequence over its rows
  BalancedBlocks keys;      // of a sequence over all blocks

  int64_t rowsPerSegment() const { return rowsPerSequence / segments; }
  int64_t blocks() const { return segments * blocksPerSegment; }
  /// Keys of the fullest segment.
  int64_t segmentKeys() const {
    return BalancedBlocks{sequence, segments}.largest();
  }
};

/// The split of `heads` heads and `batch` sequences on a rectangle, or nullopt
/// where heads do not fall on whole columns (or columns on whole heads), or
/// sequences not on whole rows, or segments do not divide their rows; `reason`
/// then says which. Rows that are more than a sequence's tokens stay idle.
std::optional<AttentionSplit> getAttentionSplit(int64_t batch, int64_t sequence,
                                                int64_t heads, int64_t width,
                                                int64_t rows, int64_t launches,
                                                mesh::AttentionAttr flow,
                                                std::string *reason = nullptr);

/// What the expansion of one attention derives from its attributes, and the
/// symbols that it makes.
struct AttentionPlan {
  mesh::KernelOp kernel;
  AttentionForm form;
  mesh::RectAttr rect;
  int64_t launches;
  AttentionSplit split;
  Sharding query, value; // keys lie as queries, the result as values

  // Buffers: operands where they lie, turned ones, blocks of keys and values,
  // scores, the weights that a column gets, the state of the online softmax,
  // the result; on hubs a segment's keys and values.
  mlir::FlatSymbolRefAttr rawQuery, rawKey, rawValue, q, k, keyBlock,
      valueBlock, scores, weights, largest, sum, scratch, mask, result, hubKeys,
      hubValues;
  // Streams; null where there is nobody to talk to.
  mlir::FlatSymbolRefAttr gather, down, up, branch, part, back;

  AttentionPlan(mesh::KernelOp kernel, const AttentionForm &form,
                const AttentionSplit &split, int64_t launches);

  bool isCausal() const { return form.isCausal; }
  /// A PE's block of tokens within its sequence, its segment, and the first
  /// block of keys of that segment.
  mlir::AffineExpr row() const;
  mlir::AffineExpr segment() const;
  mlir::AffineExpr firstOwnBlock() const {
    return segment() * split.blocksPerSegment;
  }
  mlir::AffineExpr tokenStart() const { return split.tokens.start(row()); }
  /// Features of a head on a PE.
  mlir::AffineExpr keyFeatures() const;
  mlir::AffineExpr valueFeatures() const;
  /// Blocks that a PE weighs: under a causal mask those that begin before its
  /// last token.
  mlir::AffineExpr numBlocks() const;

  int64_t maxTokens() const { return query.tokens.largest(); }
  /// Rows of a head's scores: room for a causal mask that starts early, one row
  /// for what the old sums are multiplied by, the keys of a block, and room
  /// for a mask that starts late.
  int64_t scoreRows() const { return 2 * maxTokens() + split.keys.largest(); }
  int64_t scoreHalf() const {
    return split.headsPerColumn * scoreRows() * maxTokens();
  }
};

/// Elements of each of a PE's own buffers; hubs hold hubKeys and hubValues too.
struct AttentionBuffers {
  int64_t q, k, keyBlock, valueBlock, scores, weights, state, turned, hubKeys,
      hubValues;
  int64_t total() const {
    return q + k + keyBlock + valueBlock + scores + weights + 3 * state +
           turned + hubKeys + hubValues;
  }
};
AttentionBuffers getAttentionBuffers(const AttentionSplit &split,
                                     int64_t keyFeatures, int64_t valueFeatures,
                                     bool isTurned);

/// Emits an attention's tasks.
class AttentionTasks {
public:
  AttentionTasks(AttentionPlan &plan, Emitter &emitter)
      : plan(plan), emitter(emitter) {}
  /// Before a task is open: what the functions need.
  void declareScratch();
  void emit();
  /// Angles, loaded.
  mlir::FlatSymbolRefAttr queryCos, querySin, keyCos, keySin;

private:
  enum class Place { First, Middle, Last, Only };
  enum Thread : int64_t { kBlocks = 1, kForward = 2, kSums = 3, kGather = 4 };

  /// What a row is to its neighbours: a hub gathers from the row above it, if
  /// there is one, and talks to the hubs above and below; another row talks to
  /// the row above it only.
  struct Row {
    llvm::StringRef name;
    Region on;
    bool isHub, hasRowAbove, hasHubAbove, hasHubBelow;
  };
  llvm::SmallVector<Row> getRows() const;
  void emitTask(llvm::StringRef role, const Region &region, Place place,
                const Row &row);
  // AttentionExpansion.cpp: what a PE does with its tokens.
  void emitStart(Place place);
  void emitTurned(mlir::FlatSymbolRefAttr from, mlir::FlatSymbolRefAttr to,
                  const AttentionForm::Operand &operand,
                  mlir::FlatSymbolRefAttr cos, mlir::FlatSymbolRefAttr sin);
  void emitBlock(mlir::AffineExpr b, Place place);
  void emitScores(mlir::AffineExpr b, mlir::AffineExpr offset,
                  int64_t headRows);
  void emitPartial(mlir::AffineExpr b, Place place);
  void emitOwner(mlir::AffineExpr b, Place place);
  void emitCausalMask(mlir::AffineExpr b);
  void emitGivenMask(mlir::AffineExpr b);
  void emitSoftmax(mlir::AffineExpr b);
  void emitUpdate(mlir::AffineExpr b, mlir::FlatSymbolRefAttr from,
                  mlir::AffineExpr offset, int64_t headRows);
  void emitLateUpdate(mlir::AffineExpr b);
  void emitFinish(Place place);
  // AttentionStreams.cpp: how keys and values come.
  void emitGather(const Row &row);
  void emitReceive(mlir::AffineExpr b, const Row &row);
  void emitForward(mlir::AffineExpr b, const Row &row);
  void emitDrain();
  void emitMoveBlock(mlir::AffineExpr b, mlir::FlatSymbolRefAttr stream,
                     bool isSend);
  /// 1 if a < b, else 0, for differences below `bound`.
  mlir::AffineExpr less(mlir::AffineExpr a, mlir::AffineExpr b,
                        int64_t bound) const {
    return (b - a - 1 + bound).floorDiv(bound);
  }
  mlir::AffineExpr keyExtent(mlir::AffineExpr b) const {
    return plan.split.keys.extent(b);
  }
  mlir::AffineExpr tokens() const { return plan.query.tokenExtent(); }
  mlir::AffineExpr zero() const { return emitter.constant(0); }
  mlir::AffineExpr heads() const {
    return emitter.constant(plan.split.headsPerColumn);
  }

  AttentionPlan &plan;
  Emitter &emitter;
  FunctionScratch functionScratch;
};

} // namespace wafer

#endif
