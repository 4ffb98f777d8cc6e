//===- Planner.h - places kernels by modelled cost --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_PLANNER_H
#define WAFER_KERNELS_PLANNER_H

#include "wafer/Kernels/AttentionKernel.h"
#include "wafer/Kernels/CostModel.h"
#include "wafer/Kernels/Kernel.h"

namespace wafer {

/// Chooses how the kernels of one program share the mesh. Tensors that must lie
/// on the same columns form a group; a group gets a width. All kernels use the
/// same rows, so many that each attention's sequences have whole ones. The
/// search: the fewest launches for which everything fits; for
/// these, widths by coordinate descent over modelled cycles, the widest of
/// those within 2 % of the best (less work and memory on each PE at no cost).
/// Weights are resident as long as they fit. Cost: kernels x groups x candidate
/// widths.
class Planner {
public:
  explicit Planner(mesh::ProgramOp program);

  struct KernelPlan {
    mesh::RectAttr at, to;
    mesh::Weights weights = mesh::Weights::Resident;
    int64_t pieces = 1;
    int64_t segments = 1, blocks = 1; // of an attention
    int64_t cycles = 0;               // modelled, for one launch
  };
  struct Plan {
    int64_t launches = 1;
    int64_t cycles = 0;              // modelled, all launches
    int64_t bytes = 0;               // modelled, of the fullest PE
    std::vector<KernelPlan> kernels; // in program order
  };
  /// Fails with an error that names the kernel, the bytes it needs and the
  /// bytes there are.
  mlir::FailureOr<Plan> solve();

private:
  struct AttentionItem {
    int64_t batch, sequence, heads, headSize, valueSize;
    bool isTurned;
    /// Elements of the mask on an owner: for each head, key and token where it
    /// varies with these.
    bool hasMask = false, maskByHead = false, maskByKey = false,
         maskByToken = false;
    mesh::AttentionAttr flow; // what is written by hand is not 0
  };
  struct Item {
    mesh::KernelOp kernel;
    bool isProduct = false, isRing = false;
    mlir::Operation *norm = nullptr; // a normalisation that starts it
    int atGroup = -1, toGroup = -1;
    int64_t tokens = 1, inputs = 0, outputs = 0;
    llvm::SmallVector<mlir::Operation *> mapOps; // with instructions
    bool hostInput = false;                      // X is loaded, not on the mesh
    int64_t operandFeatures =
        0; // loaded operands of a PE: features x tokens units, see addOperands
    int64_t operandTokens = 0, operandBoth = 0;
    int64_t results = 0;                  // result buffers of elementwise ops
    std::optional<mesh::Weights> weights; // written by hand
    int64_t pieces = 0;                   // written by hand, 0 if not
    std::optional<AttentionItem> attention;
  };
  /// Of a PE, when nothing fits.
  struct Buffer {
    std::string what;
    int64_t bytes;
  };
  using AddBuffer =
      llvm::function_ref<void(llvm::StringRef what, int64_t bytes)>;
  struct Value {
    int group;
    int64_t features, tokens;
    size_t first, last; // items
    size_t maker;       // the item whose result it is
  };

  void collect();
  void addOperands(Item &item, mesh::KernelOp kernel);
  int newGroup(int64_t features);
  int find(int group);
  void unite(int a, int b);
  llvm::SmallVector<int64_t> candidates(int group);
  // PlanAttention.cpp
  void collectAttention(Item &item, mesh::KernelOp kernel);
  /// Launches that may be tried, the fewest first.
  llvm::SmallVector<int64_t> launchCandidates();
  /// What the number of rows is a multiple of, so that each sequence of the
  /// first attentions, up to item `end`, has rows of its own; 0 if the machine
  /// has too few.
  int64_t getRowUnit(size_t end, int64_t launches) const;
  /// Rows that can be cut into segments for each attention; false if sequences
  /// cannot have rows of their own.
  bool chooseRows(int64_t launches);
  bool isCuttable(const Item &item, int64_t rowsOfLaunch, int64_t launches);
  llvm::SmallVector<int64_t> headCandidates(int group);
  /// Segments and blocks, the best of those that fit into `bytes`; false if
  /// none does.
  bool chooseSegments(const Item &item, KernelPlan &plan,
                      llvm::ArrayRef<int64_t> widths, int64_t launches,
                      int64_t bytes);
  std::optional<AttentionSplit> splitOf(const Item &item, int64_t width,
                                        int64_t launches, int64_t segments,
                                        int64_t blocks,
                                        std::string *reason = nullptr) const;
  int64_t attentionBytes(const Item &item, const AttentionSplit &split,
                         int64_t width) const;
  /// Calls `add` for each buffer that is loaded for an attention before the
  /// first kernel.
  void addAttentionOperands(const Item &item, const AttentionSplit &split,
                            int64_t width, AddBuffer add) const;
  /// Features of queries or keys on the fullest of `width` columns.
  int64_t keyFeatures(const Item &item, int64_t width) const;
  /// Calls `add` for each buffer that a PE needs while an attention runs.
  void addAttentionBuffers(const Item &item, const AttentionSplit &split,
                           int64_t width, AddBuffer add) const;
  int64_t attentionCycles(const Item &item, const AttentionSplit &split,
                          int64_t width) const;
  /// The plan for these widths, or nullopt if it does not fit.
  std::optional<Plan> evaluate(llvm::ArrayRef<int64_t> widths,
                               int64_t launches);
  int64_t valueBytes(const Value &value, llvm::ArrayRef<int64_t> widths,
                     int64_t launches);
  /// Modelled bytes of a PE while an item runs, without the kernel's own
  /// transient buffers.
  int64_t bytesAt(size_t item, llvm::ArrayRef<int64_t> widths,
                  int64_t launches);
  bool chooseWeights(Plan &plan, llvm::ArrayRef<int64_t> widths);
  bool chooseBlocks(Plan &plan, llvm::ArrayRef<int64_t> widths);
  ProductCostInput costInput(const Item &item, const KernelPlan &plan,
                             llvm::ArrayRef<int64_t> widths, int64_t launches);
  // PlanMemory.cpp
  /// Calls `add` for each buffer of the kernel's own, those loaded before the
  /// first kernel (`resident`) or the others.
  void addOwnBuffers(const Item &item, const KernelPlan &plan,
                     llvm::ArrayRef<int64_t> widths, int64_t launches,
                     bool resident, AddBuffer add);
  /// Is what was loaded for an item still there while item `at` runs?
  static bool isResidentAt(size_t item, size_t at, int64_t launches);
  /// Of each item: the bytes of all that was loaded and is there while it runs.
  std::vector<int64_t> residentBytes(const Plan &plan,
                                     llvm::ArrayRef<int64_t> widths);
  /// All buffers of a PE while item `at` runs, the largest first.
  std::vector<Buffer> listBuffers(const Plan &plan,
                                  llvm::ArrayRef<int64_t> widths, size_t at);
  int64_t ownBytes(const Item &item, const KernelPlan &plan,
                   llvm::ArrayRef<int64_t> widths, int64_t launches,
                   bool resident);
  void shareWidths(Plan &best, std::vector<int64_t> &widths);
  mlir::LogicalResult explain();
  /// Why an attention has no split, with whom it shares the rows.
  mlir::LogicalResult explainSplit();

  mesh::ProgramOp program;
  machine::DescAttr machine;
  int64_t firstRow = 0, rows = 1; // of all rectangles
  int64_t mostTokens = 1;
  bool hasAttention = false, isFixed = false; // rows written by hand
  std::vector<Item> items;
  std::vector<Value> values;
  std::vector<int> parents;
  std::vector<int64_t> groupFeatures;
  /// Numbers of heads that must fall on whole columns.
  std::vector<llvm::SmallVector<int64_t, 1>> groupHeads;
  std::vector<std::optional<mesh::RectAttr>> fixed;
  // The failure that needed the fewest bytes.
  int64_t bestShortfall = -1, bestBytes = 0;
  size_t bestItem = 0;
  std::vector<Buffer> bestBuffers;
  /// The last attention without a split, and why.
  size_t undealtItem = 0;
  std::string undealtReason;
};

} // namespace wafer

#endif
