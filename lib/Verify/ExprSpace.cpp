//===- ExprSpace.cpp - extremes of quasi-affine expressions -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExprSpace.h"
#include "CompiledExpr.h"

#include "dialects/PE/PE.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>
#include <set>

using namespace mlir;
using namespace wafer;
using namespace wafer::verify;

namespace {

/// Combinations of one group of dimensions that are looked at.
constexpr int64_t kMaxPoints = int64_t(1) << 22;
/// Launches that are looked at one by one.
constexpr int64_t kMaxLaunches = 64;

std::set<unsigned> getDims(AffineExpr expr) {
  std::set<unsigned> result;
  expr.walk([&](AffineExpr e) {
    if (auto dim = dyn_cast<AffineDimExpr>(e))
      result.insert(dim.getPosition());
  });
  return result;
}

/// factor * atom, where the atom is a dimension, a division or a remainder.
struct Term {
  AffineExpr atom;
  int64_t factor;
};

/// Huge numbers wrap, as in CompiledExpr.
int64_t multiply(int64_t a, int64_t b) {
  return int64_t(uint64_t(a) * uint64_t(b));
}
int64_t plus(int64_t a, int64_t b) {
  return int64_t(uint64_t(a) + uint64_t(b));
}

/// A sum of terms and a constant. Equal atoms are one term.
struct Sum {
  SmallVector<Term> terms;
  int64_t constant = 0;

  explicit Sum(AffineExpr expr) {
    add(expr, 1);
    llvm::erase_if(terms, [](const Term &term) { return term.factor == 0; });
  }

private:
  void add(AffineExpr expr, int64_t factor) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
    if (auto value = dyn_cast<AffineConstantExpr>(expr)) {
      constant = plus(constant, multiply(factor, value.getValue()));
    } else if (binary && expr.getKind() == AffineExprKind::Add) {
      add(binary.getLHS(), factor);
      add(binary.getRHS(), factor);
    } else if (binary && expr.getKind() == AffineExprKind::Mul &&
               isa<AffineConstantExpr>(binary.getRHS())) {
      add(binary.getLHS(),
          multiply(factor,
                   cast<AffineConstantExpr>(binary.getRHS()).getValue()));
    } else {
      auto *same = llvm::find_if(
          terms, [&](const Term &term) { return term.atom == expr; });
      if (same == terms.end())
        terms.push_back({expr, factor});
      else
        same->factor = plus(same->factor, factor);
    }
  }
};

using Extreme = ExprSpace::Extreme;

bool exceeds(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  for (auto [x, y] : llvm::zip(a, b))
    if (x < y)
      return false;
  return true;
}

/// Adds `extreme` to a front unless one there is as large.
void addToFront(std::vector<Extreme> &front, Extreme extreme) {
  for (const Extreme &other : front)
    if (exceeds(other.values, extreme.values))
      return;
  llvm::erase_if(front, [&](const Extreme &other) {
    return exceeds(extreme.values, other.values);
  });
  front.push_back(std::move(extreme));
}

} // namespace

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

/// Groups of dimensions, each enumerated alone; their fronts are added up.
class ExprSpace::Search {
public:
  Search(const ExprSpace &space, ArrayRef<AffineExpr> exprs, bool atCorners)
      : space(space), numExprs(exprs.size()), atCorners(atCorners) {
    for (AffineExpr expr : exprs)
      sums.emplace_back(expr);
  }

  std::optional<std::vector<Extreme>> run();

private:
  /// A term of expression `index`.
  struct CompiledTerm {
    unsigned index;
    int64_t factor;
    CompiledExpr atom;
  };
  struct Group {
    /// In an order in which a count names earlier dimensions only.
    SmallVector<unsigned> order;
    /// Trip counts of these dimensions; null where there are values.
    SmallVector<std::optional<CompiledExpr>> counts;
    SmallVector<CompiledTerm> terms;
    SmallVector<CompiledExpr> constraints;
  };

  void join(const std::set<unsigned> &together);
  bool buildGroups();
  bool orderDims(Group &group, std::set<unsigned> dims);
  bool enumerate(const Group &group, std::vector<Extreme> &front);
  bool visit(const Group &group, size_t depth, std::vector<Extreme> &front);
  void record(const Group &group, std::vector<Extreme> &front);

  const ExprSpace &space;
  size_t numExprs;
  /// Look at the first and last value of each dimension only.
  bool atCorners;
  SmallVector<Sum> sums;
  llvm::EquivalenceClasses<unsigned> classes;
  std::vector<Group> groups;
  SmallVector<int64_t, 16> values;
  SmallVector<int64_t, 2> sumHere;
  int64_t points = 0;
};

/// Dimensions of one term or constraint, with those of their trip counts.
void ExprSpace::Search::join(const std::set<unsigned> &together) {
  for (unsigned dim : together) {
    if (classes.contains(dim)) {
      classes.unionSets(*together.begin(), dim);
      continue;
    }
    classes.insert(dim);
    classes.unionSets(*together.begin(), dim);
    auto it = space.dims.find(dim);
    if (it == space.dims.end() || !it->second.count)
      continue;
    std::set<unsigned> inner = getDims(it->second.count);
    inner.insert(dim);
    join(inner);
  }
}

bool ExprSpace::Search::orderDims(Group &group, std::set<unsigned> dims) {
  while (!dims.empty()) {
    bool progress = false;
    for (unsigned dim : dims) {
      auto it = space.dims.find(dim);
      if (it == space.dims.end())
        return false;
      bool ready = !it->second.count ||
                   llvm::none_of(getDims(it->second.count), [&](unsigned d) {
                     return dims.count(d) != 0;
                   });
      if (!ready)
        continue;
      group.order.push_back(dim);
      group.counts.push_back(it->second.count
                                 ? std::optional(CompiledExpr(it->second.count))
                                 : std::nullopt);
      dims.erase(dim);
      progress = true;
      break;
    }
    if (!progress)
      return false;
  }
  return true;
}

bool ExprSpace::Search::buildGroups() {
  for (const Sum &sum : sums)
    for (const Term &term : sum.terms)
      join(getDims(term.atom));
  for (AffineExpr constraint : space.constraints)
    if (std::set<unsigned> dims = getDims(constraint); !dims.empty())
      join(dims);
  std::map<unsigned, std::set<unsigned>> members; // by smallest dimension
  std::map<unsigned, unsigned> groupOf;
  for (const auto &entry : classes)
    if (entry->isLeader()) {
      std::set<unsigned> dims(classes.member_begin(*entry),
                              classes.member_end());
      members[*dims.begin()] = dims;
    }
  for (const auto &[first, dims] : members) {
    for (unsigned dim : dims)
      groupOf[dim] = groups.size();
    if (!orderDims(groups.emplace_back(), dims))
      return false;
  }
  for (auto [index, sum] : llvm::enumerate(sums))
    for (const Term &term : sum.terms)
      groups[groupOf[*getDims(term.atom).begin()]].terms.push_back(
          {unsigned(index), term.factor, CompiledExpr(term.atom)});
  for (AffineExpr constraint : space.constraints)
    if (std::set<unsigned> dims = getDims(constraint); !dims.empty())
      groups[groupOf[*dims.begin()]].constraints.push_back(
          CompiledExpr(constraint));
  return true;
}

void ExprSpace::Search::record(const Group &group,
                               std::vector<Extreme> &front) {
  for (const CompiledExpr &constraint : group.constraints)
    if (constraint.evaluate(values) < 1)
      return;
  sumHere.assign(numExprs, 0);
  for (const CompiledTerm &term : group.terms)
    sumHere[term.index] = plus(
        sumHere[term.index], multiply(term.factor, term.atom.evaluate(values)));
  for (const Extreme &other : front)
    if (exceeds(other.values, sumHere))
      return;
  Extreme extreme;
  extreme.values = sumHere;
  for (unsigned dim : group.order)
    extreme.place[dim] = values[dim];
  addToFront(front, std::move(extreme));
}

bool ExprSpace::Search::visit(const Group &group, size_t depth,
                              std::vector<Extreme> &front) {
  // Of dimensions that are in constraints only, one point is enough.
  if (group.terms.empty() && !front.empty())
    return true;
  if (depth == group.order.size()) {
    record(group, front);
    return ++points <= kMaxPoints;
  }
  unsigned dim = group.order[depth];
  const Dim &range = space.dims.at(dim);
  const std::optional<CompiledExpr> &trips = group.counts[depth];
  // Both wrap alike.
  int64_t count =
      trips ? int64_t(uint64_t(trips->evaluate(values)) - uint64_t(range.low))
            : range.values->size();
  int64_t step = atCorners ? std::max<int64_t>(count - 1, 1) : 1;
  for (int64_t n = 0; n < count; n += step) {
    values[dim] = trips ? range.low + n : (*range.values)[n];
    if (!visit(group, depth + 1, front))
      return false;
  }
  return true;
}

bool ExprSpace::Search::enumerate(const Group &group,
                                  std::vector<Extreme> &front) {
  points = 0;
  values.assign(group.order.empty() ? 0 : *llvm::max_element(group.order) + 1,
                0);
  return visit(group, 0, front);
}

std::optional<std::vector<Extreme>> ExprSpace::Search::run() {
  for (AffineExpr constraint : space.constraints)
    if (auto value = dyn_cast<AffineConstantExpr>(constraint))
      if (value.getValue() < 1)
        return std::vector<Extreme>();
  if (!buildGroups())
    return std::nullopt;
  std::vector<Extreme> total(1);
  for (const Sum &sum : sums)
    total[0].values.push_back(sum.constant);
  for (const Group &group : groups) {
    std::vector<Extreme> front;
    if (!enumerate(group, front))
      return std::nullopt;
    std::vector<Extreme> combined;
    for (const Extreme &a : total)
      for (const Extreme &b : front) {
        Extreme both = a;
        for (size_t i = 0; i < numExprs; ++i)
          both.values[i] = plus(both.values[i], b.values[i]);
        both.place.insert(b.place.begin(), b.place.end());
        addToFront(combined, std::move(both));
      }
    total = std::move(combined);
  }
  return total;
}

//===----------------------------------------------------------------------===//
// ExprSpace
//===----------------------------------------------------------------------===//

void ExprSpace::setValues(unsigned dim, std::vector<int64_t> values) {
  Dim &range = dims[dim] = {};
  if (!values.empty()) {
    range.low = *llvm::min_element(values);
    range.high = *llvm::max_element(values);
  }
  range.values =
      std::make_shared<const std::vector<int64_t>>(std::move(values));
}

void ExprSpace::setCount(unsigned dim, AffineExpr count, int64_t first) {
  if (auto constant = dyn_cast<AffineConstantExpr>(count);
      constant && constant.getValue() <= kMaxPoints) {
    std::vector<int64_t> values(
        std::max<int64_t>(constant.getValue() - first, 0));
    std::iota(values.begin(), values.end(), first);
    setValues(dim, std::move(values));
    return;
  }
  dims[dim] = {nullptr, first, first, count};
}

std::optional<std::vector<Extreme>>
ExprSpace::maximise(ArrayRef<AffineExpr> exprs) const {
  return Search(*this, exprs, /*atCorners=*/false).run();
}

std::optional<std::vector<Extreme>>
ExprSpace::maximiseAtCorners(ArrayRef<AffineExpr> exprs) const {
  return Search(*this, exprs, /*atCorners=*/true).run();
}

std::optional<ExprSpace::Interval> ExprSpace::bound(AffineExpr expr) const {
  // Far from where sums of two would wrap.
  constexpr int64_t kHuge = int64_t(1) << 60;
  auto checked = [&](Interval i) -> std::optional<Interval> {
    if (i.low < -kHuge || i.high > kHuge)
      return std::nullopt;
    return i;
  };
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return checked({constant.getValue(), constant.getValue()});
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    const Dim *range = lookup(dim.getPosition());
    if (!range)
      return std::nullopt;
    if (!range->count)
      return checked({range->low, range->high});
    std::optional<Interval> count = bound(range->count);
    if (!count)
      return std::nullopt;
    return Interval{range->low, std::max(count->high - 1, range->low)};
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::optional<Interval> l = bound(binary.getLHS()),
                          r = bound(binary.getRHS());
  if (!l || !r)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add)
    return checked({l->low + r->low, l->high + r->high});
  if (r->low != r->high)
    return std::nullopt;
  int64_t c = r->low;
  if (expr.getKind() == AffineExprKind::Mul) {
    int64_t low, high;
    if (llvm::MulOverflow(l->low, c, low) ||
        llvm::MulOverflow(l->high, c, high))
      return std::nullopt;
    return checked({std::min(low, high), std::max(low, high)});
  }
  if (c <= 0)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return Interval{llvm::divideFloorSigned(l->low, c),
                    llvm::divideFloorSigned(l->high, c)};
  if (expr.getKind() == AffineExprKind::CeilDiv)
    return Interval{llvm::divideCeilSigned(l->low, c),
                    llvm::divideCeilSigned(l->high, c)};
  if (l->low >= 0 && l->high < c)
    return l;
  return Interval{0, c - 1};
}

std::optional<int64_t> ExprSpace::boundAbove(AffineExpr expr) const {
  std::optional<Interval> interval = bound(expr);
  return interval ? std::optional(interval->high) : std::nullopt;
}

/// Sorted, each once.
static std::vector<int64_t> listValues(ArrayRef<StridedRange> ranges) {
  std::vector<int64_t> values;
  if (ranges.empty())
    return values;
  int64_t low = INT64_MAX, end = INT64_MIN;
  for (const StridedRange &range : ranges) {
    low = std::min(low, range.begin);
    end = std::max(end, range.end);
  }
  llvm::BitVector isThere(end - low);
  for (const StridedRange &range : ranges)
    for (int64_t v = range.begin; v < range.end; v += range.step)
      isThere.set(v - low);
  for (unsigned n : isThere.set_bits())
    values.push_back(low + n);
  return values;
}

void ExprSpace::restrictTo(const StridedRect &rect) {
  setValues(machine::kX, listValues(rect.x));
  setValues(machine::kY, listValues(rect.y));
}

ExprSpace verify::makeSpace(const wafer::Region &region, int64_t launches) {
  SmallVector<StridedRange> columns, rows;
  for (const StridedRect &rect : region.getRects()) {
    columns.push_back(rect.x);
    rows.push_back(rect.y);
  }
  ExprSpace space;
  space.setValues(machine::kX, listValues(columns));
  space.setValues(machine::kY, listValues(rows));
  if (launches > kMaxLaunches)
    space.setValues(machine::kLaunch, {0, 1, launches - 1});
  else
    space.setValues(machine::kLaunch, listValues(StridedRange(0, launches)));
  return space;
}

void verify::addLoops(ExprSpace &space, Operation *op) {
  for (auto loop = op->getParentOfType<pe::LoopOp>(); loop;
       loop = loop->getParentOfType<pe::LoopOp>()) {
    AffineExpr count = loop.getCount().getValue();
    space.setCount(machine::kIndex0 + pe::getLoopDepth(loop), count);
    // Inside the loop there is an iteration.
    space.addPositive(count);
  }
}

std::string verify::describe(const Place &place, Point fallback) {
  auto valueOf = [&](unsigned dim, int64_t otherwise) {
    auto it = place.find(dim);
    return it == place.end() ? otherwise : it->second;
  };
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "PE "
     << Point{valueOf(machine::kX, fallback.x),
              valueOf(machine::kY, fallback.y)};
  for (auto [dim, value] : place) {
    if (dim == machine::kLaunch)
      os << ", launch " << value;
    else if (dim >= machine::kIndex0 && dim < machine::kExprDims)
      os << ", i" << dim - machine::kIndex0 << " = " << value;
  }
  return text;
}
