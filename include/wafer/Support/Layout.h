//===- Layout.h - where each element of a tensor lies ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What #wafer.layout means, without IR. A tensor's dimensions, some of them cut
// into factors, are digits. The rows' digits form one index a in 0:A, which is
// dealt to the row coordinates; the columns' digits likewise; the rest is whole
// on each PE.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_SUPPORT_LAYOUT_H
#define WAFER_SUPPORT_LAYOUT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>
#include <string>

namespace wafer {

/// An index in 0:size, extended to 0:paddedSize with indices that hold nothing,
/// dealt to the coordinates 0:parts.
struct DealtAxis {
  int64_t size = 1;
  int64_t paddedSize = 1;
  int64_t parts = 1;
  bool cyclic = false;

  /// The coordinate that owns index `a`.
  int64_t owner(int64_t a) const;
  /// The position of index `a` among those of its owner.
  int64_t position(int64_t a) const;
  /// The inverse: the index at `position` of coordinate `p`; nullopt where
  /// there is none or it is padding.
  std::optional<int64_t> index(int64_t p, int64_t position) const;
  /// Positions at coordinate `p`, padding included.
  int64_t positions(int64_t p) const;
  /// Positions at the coordinate that has most.
  int64_t largest() const { return (paddedSize + parts - 1) / parts; }
  /// Positions at coordinate `p` that are not padding.
  int64_t count(int64_t p) const;
};

class Layout {
public:
  /// Dimension `dim`, or factor `factor` of it.
  struct Digit {
    static constexpr int64_t whole = -1;
    int64_t dim = 0;
    int64_t factor = whole;
  };
  /// The sizes into which a dimension is cut, outermost first.
  struct Factors {
    int64_t dim = 0;
    llvm::SmallVector<int64_t, 4> sizes;
  };
  /// The digits along one axis of a rectangle, most significant first. A `pad`
  /// of 0 means none.
  struct Axis {
    llvm::SmallVector<Digit, 4> digits;
    bool cyclic = false;
    int64_t pad = 0;
  };
  /// Row coordinates (launches times rows of PEs) and column coordinates.
  struct Extents {
    int64_t rows = 1;
    int64_t columns = 1;
  };
  /// A row, a column, and the place in the buffer there, in elements.
  struct Place {
    int64_t row = 0;
    int64_t column = 0;
    int64_t local = 0;
    bool operator==(const Place &o) const {
      return row == o.row && column == o.column && local == o.local;
    }
  };

  Layout(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<Factors> factors,
         Axis rows, Axis columns);

  /// What is wrong with the layout for this shape; empty if nothing is. All
  /// other members need a layout with which nothing is wrong.
  std::string check() const;

  DealtAxis getRows(const Extents &extents) const;
  DealtAxis getColumns(const Extents &extents) const;
  /// Elements that are dealt to nobody and lie together at each coordinate.
  int64_t getRestSize() const;

  /// Owner and place of an element. In a buffer the columns' part is outermost,
  /// then the rest, and the rows' part is innermost; the last one takes as much
  /// room as the largest rows' part, so strides are the same on all PEs.
  Place locate(llvm::ArrayRef<int64_t> element, const Extents &extents) const;
  /// The inverse; nullopt where nothing lies.
  std::optional<llvm::SmallVector<int64_t>>
  getElement(const Place &place, const Extents &extents) const;
  /// Elements of the tensor at a coordinate.
  int64_t countElements(int64_t row, int64_t column,
                        const Extents &extents) const;
  /// Elements that a buffer must have room for, the same on all PEs.
  int64_t getBufferSize(const Extents &extents) const;

private:
  /// A digit as arithmetic: its value is index[dim] / stride mod size.
  struct Part {
    int64_t dim, stride, size;
  };
  using Parts = llvm::SmallVector<Part, 4>;

  const Factors *findFactors(int64_t dim) const;
  /// The parts that a digit names; none if it does not exist.
  std::optional<Part> resolve(const Digit &digit) const;
  std::string checkFactors() const;
  std::string checkAxis(const Axis &axis, llvm::StringRef name,
                        llvm::SmallVectorImpl<Digit> &seen) const;
  void collectRest();
  static int64_t join(const Parts &parts, llvm::ArrayRef<int64_t> element);
  static void split(const Parts &parts, int64_t value,
                    llvm::MutableArrayRef<int64_t> element);
  static int64_t sizeOf(const Parts &parts);

  llvm::SmallVector<int64_t> shape;
  llvm::SmallVector<Factors> factors;
  Axis rows, columns;
  Parts rowParts, columnParts, restParts;
};

} // namespace wafer

#endif
