//===- Einsum.cpp - Einsum as transposes, sums and products -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;

namespace wafer::importer {

//
// Every operand is brought to distinct labels (a repeated one is a diagonal).
// Then operands are joined from the left, two at a time: a label of only one
// of them that no one else needs is summed away; the rest are batch (in both
// and needed later), contracted (in both, not needed), or free. Both become
// batch×free×contracted, graph.matmul joins them. At the end labels that are
// not in the result are summed away and the rest transposed.
//

namespace {

/// Dimensions of an ellipsis get the labels '0', '1', … from the last one on.
using Labels = std::string;

struct Term {
  Value value;
  Labels labels;
};

struct Equation {
  std::vector<Labels> operands;
  Labels result;
};

} // namespace

/// "ab...c" for a tensor of `rank` dimensions; empty optional if it is wrong.
static std::optional<Labels> parseTerm(StringRef text, int64_t rank) {
  Labels labels;
  bool hasEllipsis = false;
  while (!text.empty()) {
    if (text.consume_front("...")) {
      int64_t rest = 0;
      for (char c : text)
        rest += isalpha(c) != 0;
      int64_t dims = rank - labels.size() - rest;
      if (hasEllipsis || dims < 0 || dims > 10)
        return std::nullopt;
      for (int64_t d = dims; d-- > 0;)
        labels += static_cast<char>('0' + d);
      hasEllipsis = true;
      continue;
    }
    if (!isalpha(text.front()))
      return std::nullopt;
    labels += text.front();
    text = text.drop_front();
  }
  if (static_cast<int64_t>(labels.size()) != rank)
    return std::nullopt;
  return labels;
}

static FailureOr<Equation> parseEquation(Node &node) {
  std::string text = node.getString("equation", "");
  llvm::erase(text, ' ');
  auto invalid = [&]() -> FailureOr<Equation> {
    return node.error() << "equation \"" << text
                        << "\" does not fit its inputs";
  };
  auto [left, right] = StringRef(text).split("->");
  bool hasResult = StringRef(text).contains("->");
  SmallVector<StringRef> parts;
  left.split(parts, ',');
  if (parts.size() != node.getNumInputs())
    return invalid();
  Equation equation;
  size_t ellipsisRank = 0;
  for (auto [i, part] : llvm::enumerate(parts)) {
    auto labels = parseTerm(part, rankOf(node.getInput(i)));
    if (!labels)
      return invalid();
    size_t digits = llvm::count_if(*labels, [](char c) { return isdigit(c); });
    ellipsisRank = std::max(ellipsisRank, digits);
    equation.operands.push_back(*labels);
  }
  if (hasResult) {
    size_t letters = llvm::count_if(right, [](char c) { return isalpha(c); });
    bool hasEllipsis = right.contains("...");
    auto labels = parseTerm(right, letters + (hasEllipsis ? ellipsisRank : 0));
    if (!labels)
      return invalid();
    equation.result = *labels;
    return equation;
  }
  // Without a result: the ellipsis, then the labels that occur once, sorted.
  for (size_t d = ellipsisRank; d-- > 0;)
    equation.result += static_cast<char>('0' + d);
  for (char c : std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "abcdefghijklmnopqrstuvwxyz"))
    if (left.count(c) == 1)
      equation.result += c;
  return equation;
}

/// Keeps the diagonal of dimensions with the same label.
static Term takeDiagonals(Node &node, Term term) {
  for (size_t i = 0; i < term.labels.size(); ++i) {
    size_t j = term.labels.find(term.labels[i], i + 1);
    if (j == Labels::npos)
      continue;
    int64_t rank = term.labels.size(), size = shapeOf(term.value)[i];
    if (shapeOf(term.value)[j] != size) {
      node.error() << "a repeated label has sizes " << size << " and "
                   << shapeOf(term.value)[j];
      return {};
    }
    // Both to the end, flattened: the diagonal is every (size + 1)-th element.
    SmallVector<int64_t> perm, flat;
    for (int64_t d = 0; d < rank; ++d)
      if (d != static_cast<int64_t>(i) && d != static_cast<int64_t>(j)) {
        perm.push_back(d);
        flat.push_back(shapeOf(term.value)[d]);
      }
    perm.append({static_cast<int64_t>(i), static_cast<int64_t>(j)});
    flat.push_back(size * size);
    Value moved = node.ops.reshape(node.ops.transpose(term.value, perm), flat);
    term.value = node.ops.slice(moved, rank - 2, 0, size, size + 1);
    char label = term.labels[i];
    term.labels.erase(j, 1);
    term.labels.erase(i, 1);
    term.labels += label;
    return takeDiagonals(node, std::move(term));
  }
  return term;
}

/// Sums over the labels that `isNeeded` does not know.
template <typename Fn>
static Term sumAway(Node &node, Term term, Fn &&isNeeded) {
  SmallVector<int64_t> axes;
  Labels kept;
  for (auto [d, label] : llvm::enumerate(term.labels)) {
    if (isNeeded(label))
      kept += label;
    else
      axes.push_back(d);
  }
  if (!axes.empty())
    term.value = node.ops.reduceSum(term.value, axes);
  term.labels = kept;
  return term;
}

/// `term` as a tensor with just these labels in this order, 1 where it lacks
/// one.
static Value arrange(Node &node, const Term &term, const Labels &labels) {
  SmallVector<int64_t> perm, shape;
  for (char label : labels) {
    size_t d = term.labels.find(label);
    if (d != Labels::npos)
      perm.push_back(d);
    shape.push_back(d == Labels::npos ? 1 : shapeOf(term.value)[d]);
  }
  return node.ops.reshape(node.ops.transpose(term.value, perm), shape);
}

static bool contains(const Labels &labels, char label) {
  return labels.find(label) != Labels::npos;
}

static int64_t countOf(Dims shape, size_t first, size_t count) {
  return *graph::countElements(shape.slice(first, count));
}

/// The product of two terms; `needed` are the labels that come later.
static Term join(Node &node, Term a, Term b, const Labels &needed) {
  a = sumAway(node, std::move(a), [&](char label) {
    return contains(needed, label) || contains(b.labels, label);
  });
  b = sumAway(node, std::move(b), [&](char label) {
    return contains(needed, label) || contains(a.labels, label);
  });
  if (!a.value || !b.value)
    return {};
  Labels batch, contracted, aFree, bFree;
  for (char label : a.labels)
    (!contains(b.labels, label) ? aFree
     : contains(needed, label)  ? batch
                                : contracted) += label;
  for (char label : b.labels)
    if (!contains(a.labels, label))
      bFree += label;
  Value left = arrange(node, a, batch + aFree + contracted);
  Value right = arrange(node, b, batch + contracted + bFree);
  if (!left || !right)
    return {};
  // Only sizes of 1 may differ: they repeat in a batch and in a sum.
  SmallVector<int64_t> l(shapeOf(left)), r(shapeOf(right));
  size_t nb = batch.size(), nc = contracted.size(), na = aFree.size();
  for (size_t i = 0; i < nb; ++i)
    l[i] = r[i] = l[i] == 1 ? r[i] : l[i];
  for (size_t i = 0; i < nc; ++i) {
    int64_t &x = l[nb + na + i], &y = r[nb + i];
    x = y = x == 1 ? y : x;
  }
  auto repeat = [&](Value value, Dims shape) -> Value {
    auto whole = graph::broadcastShapes(shapeOf(value), shape);
    if (whole && Dims(*whole) == shape)
      return node.ops.expand(value, shape);
    node.error() << "a label has different sizes";
    return {};
  };
  left = repeat(left, l);
  right = repeat(right, r);
  if (!left || !right)
    return {};
  int64_t batches = countOf(l, 0, nb), m = countOf(l, nb, na),
          k = countOf(l, nb + na, nc), n = countOf(r, nb + nc, bFree.size());
  Value product = node.ops.matmul(node.ops.reshape(left, {batches, m, k}),
                                  node.ops.reshape(right, {batches, k, n}));
  SmallVector<int64_t> shape(l.begin(), l.begin() + nb + na);
  shape.append(r.begin() + nb + nc, r.end());
  return {node.ops.reshape(product, shape), batch + aFree + bFree};
}

static Imported importEinsum(Node &node) {
  FailureOr<Equation> equation = parseEquation(node);
  if (failed(equation))
    return failure();
  std::vector<Term> terms;
  for (auto [i, labels] : llvm::enumerate(equation->operands)) {
    terms.push_back(takeDiagonals(node, {node.getInput(i), labels}));
    if (!terms.back().value)
      return failure();
  }
  Term result = terms[0];
  for (size_t i = 1; i < terms.size(); ++i) {
    Labels needed = equation->result;
    for (size_t j = i + 1; j < terms.size(); ++j)
      needed += terms[j].labels;
    result = join(node, std::move(result), terms[i], needed);
    if (!result.value)
      return failure();
  }
  result = sumAway(node, std::move(result), [&](char label) {
    return contains(equation->result, label);
  });
  if (!result.value)
    return failure();
  for (char label : equation->result)
    if (!contains(result.labels, label))
      return node.error() << "the result has a label that no input has";
  return Outputs{arrange(node, result, equation->result)};
}

void addEinsumOperators(OperatorTable &table) {
  table.add("Einsum", {1, kAnyNumber, importEinsum});
}

} // namespace wafer::importer
