//===- RandomGraph.cpp - graphs like perceptrons, from a seed -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomGraph.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cmath>

using namespace wafer;
using namespace wafer::e2e;
using exec::ElementType;
using exec::Tensor;
using Shape = std::vector<int64_t>;

namespace {

struct Value {
  std::string name, magnitude; // in the graph, and in the one on magnitudes
  Shape shape;
  ElementType type;
};

int64_t count(const Shape &shape) {
  int64_t n = 1;
  for (int64_t d : shape)
    n *= d;
  return n;
}

class Generator {
public:
  Generator(uint64_t seed, const GraphOptions &options)
      : random(seed), options(options) {}
  GraphCase generate();
  GraphCase generateChain(int64_t tokens, const std::vector<int64_t> &widths);

private:
  std::mt19937_64 random;
  GraphOptions options;
  GraphCase result;
  std::string body, magnitudeBody, arguments, magnitudeArguments;
  std::vector<Value> values, inputs;
  int names = 0;

  int64_t pick(int64_t n) { return static_cast<int64_t>(random() % n); }
  bool chance(int percent) { return pick(100) < percent; }
  int64_t dim(int64_t most) {
    static const int64_t sizes[] = {1,  2,  3,  4,  5,  7,  8,  11, 13,
                                    16, 17, 24, 31, 37, 40, 64, 97};
    int64_t size = sizes[pick(std::size(sizes))];
    return std::max<int64_t>(1, std::min(size, most));
  }
  Value recent() {
    return values[chance(60) ? values.size() - 1 : pick(values.size())];
  }

  static std::string typeText(const Shape &shape, ElementType type) {
    std::string text = "tensor<";
    for (int64_t d : shape)
      text += std::to_string(d) + "x";
    return text + exec::stringifyElementType(type).str() + ">";
  }
  static std::string typeOf(const Value &v) {
    return typeText(v.shape, v.type);
  }
  static std::string magnitudeTypeOf(const Value &v) {
    return typeText(v.shape, ElementType::F32);
  }

  std::pair<Tensor, Tensor> data(const Shape &shape, ElementType type);
  Value constant(const Shape &shape, ElementType type, const char *name = "c");
  Value input(const Shape &shape, ElementType type);
  Value constantOrInput(const Shape &shape, ElementType type) {
    return chance(75) ? constant(shape, type) : input(shape, type);
  }
  Value emit(const std::string &op, const std::vector<Value> &operands,
             const Shape &shape, ElementType type,
             const std::string &suffix = "");
  Value cast(const Value &v, ElementType type);
  Shape randomShape(int64_t elements);
  Shape smaller(const Shape &shape);

  void addMatmul();
  void addBinary();
  void addCast();
  void addReshape();
  void addTranspose();
  GraphCase finish(const std::vector<Value> &outputs);
};

std::pair<Tensor, Tensor> Generator::data(const Shape &shape,
                                          ElementType type) {
  Tensor tensor(type, shape), magnitude(ElementType::F32, shape);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
    bool whole = options.integers || type == ElementType::I32;
    tensor.setFromDouble(i, whole ? static_cast<double>(pick(5) - 2)
                                  : uniform(random));
    magnitude.setFromDouble(i, std::fabs(tensor.getAsDouble(i)));
  }
  return {tensor, magnitude};
}

Value Generator::constant(const Shape &shape, ElementType type,
                          const char *name) {
  auto [tensor, magnitude] = data(shape, type);
  if (chance(15)) // all elements the same
    for (int64_t i = 1; i < tensor.getNumElements(); ++i) {
      tensor.setFromDouble(i, tensor.getAsDouble(0));
      magnitude.setFromDouble(i, magnitude.getAsDouble(0));
    }
  Value v{"%" + std::to_string(names), "%" + std::to_string(names), shape,
          type};
  ++names;
  auto define = [&](std::string &body, const Tensor &t,
                    const std::string &typeText) {
    body += "  " + v.name + " = graph.constant @" + name + " dense<\"0x" +
            llvm::toHex(t.getBytes()) + "\"> : " + typeText + "\n";
  };
  define(body, tensor, typeOf(v));
  define(magnitudeBody, magnitude, magnitudeTypeOf(v));
  return v;
}

Value Generator::input(const Shape &shape, ElementType type) {
  auto [tensor, magnitude] = data(shape, type);
  std::string name = "x" + std::to_string(inputs.size());
  Value v{"%" + name, "%" + name, shape, type};
  tensor.name = magnitude.name = name;
  auto declare = [&](std::string &list, const std::string &type) {
    list += (list.empty() ? "" : ", ") + v.name + ": " + type +
            " {graph.name = \"" + name + "\"}";
  };
  declare(arguments, typeOf(v));
  declare(magnitudeArguments, magnitudeTypeOf(v));
  result.inputs.push_back(tensor);
  result.inputMagnitudes.push_back(magnitude);
  inputs.push_back(v);
  return v;
}

Value Generator::emit(const std::string &op, const std::vector<Value> &operands,
                      const Shape &shape, ElementType type,
                      const std::string &suffix) {
  Value v{"%" + std::to_string(names), "%" + std::to_string(names), shape,
          type};
  ++names;
  bool unary = op == "relu" || op == "cast" || op == "reshape";
  auto write = [&](std::string &body, bool magnitude) {
    body += "  " + v.name + " = graph." +
            (magnitude && op == "sub" ? "add" : op) + " ";
    std::string types;
    for (const Value &o : operands) {
      body +=
          (&o == &operands[0] ? "" : ", ") + (magnitude ? o.magnitude : o.name);
      types += (types.empty() ? "" : ", ") +
               (magnitude ? magnitudeTypeOf(o) : typeOf(o));
    }
    std::string to = magnitude ? magnitudeTypeOf(v) : typeOf(v);
    body += suffix + " : " +
            (op == "relu" ? to
             : unary      ? types + " -> " + to
                          : "(" + types + ") -> " + to) +
            "\n";
  };
  write(body, false);
  if (op == "cast" || op == "relu")
    v.magnitude = operands[0].magnitude;
  else
    write(magnitudeBody, true);
  if (op != "reshape" && op != "transpose") {
    double terms = op == "matmul" ? operands[0].shape.back() +
                                        operands[0].shape.front() + 1
                                  : 1;
    result.roundings32 += terms + 1;
    if (type == ElementType::F16)
      result.roundings16 += 1;
  }
  values.push_back(v);
  return v;
}

Value Generator::cast(const Value &v, ElementType type) {
  if (v.type == type)
    return v;
  result.hasTruncation |= type == ElementType::I32;
  return emit("cast", {v}, v.shape, type);
}

void Generator::addMatmul() {
  Value x = recent();
  if (x.shape.empty())
    x = emit("reshape", {x}, {1}, x.type);
  x = cast(x, ElementType::F32);
  size_t rank = x.shape.size();
  bool transposeA = rank >= 2 && chance(15);
  int64_t k = transposeA ? x.shape[rank - 2] : x.shape[rank - 1],
          tokens = count(x.shape) / k;
  int64_t n = dim(std::max<int64_t>(
      1, std::min(options.work / std::max<int64_t>(1, tokens * k),
                  options.elements / tokens)));
  bool transposeB = chance(30);
  int form = pick(10);
  Shape weights = form == 0 ? Shape{k} : transposeB ? Shape{n, k} : Shape{k, n};
  transposeB &= weights.size() > 1;
  if (form == 1)
    weights.insert(weights.begin(), 1);
  if (form == 2)
    weights.insert(weights.begin(), {1, 1});
  Value w;
  for (const Value &v : values) // a computed right side, if one has the size
    if (w.name.empty() && chance(25) && v.type == ElementType::F32 &&
        v.shape.size() == 2 && v.shape[transposeB] == k &&
        tokens * count(v.shape) <= options.work)
      w = v;
  if (w.name.empty() && chance(7))
    for (const Value &v : values)
      if (w.name.empty() && v.type == ElementType::F32 &&
          count(v.shape) == count(weights))
        w = emit("reshape", {v}, weights, v.type);
  if (w.name.empty())
    w = chance(85) ? constant(weights, ElementType::F32, "w")
                   : input(weights, ElementType::F32);
  // The result's shape, by graph.matmul's rules.
  Shape shape;
  size_t batch = std::max(rank < 2 ? 0 : rank - 2,
                          w.shape.size() < 2 ? 0 : w.shape.size() - 2);
  for (size_t d = 0; d < batch; ++d) {
    size_t missing = batch - (rank < 2 ? 0 : rank - 2);
    shape.push_back(d < missing ? 1 : x.shape[d - missing]);
  }
  if (rank >= 2)
    shape.push_back(x.shape[transposeA ? rank - 1 : rank - 2]);
  if (w.shape.size() >= 2)
    shape.push_back(w.shape[w.shape.size() - (transposeB ? 2 : 1)]);
  std::string suffix;
  if (transposeA || transposeB)
    suffix = std::string(" {") + (transposeA ? "transpose_a" : "") +
             (transposeA && transposeB ? ", " : "") +
             (transposeB ? "transpose_b" : "") + "}";
  emit("matmul", {x, w}, shape, ElementType::F32, suffix);
}

/// A shape that broadcasts to `shape`.
Shape Generator::smaller(const Shape &shape) {
  Shape s = shape;
  switch (pick(7)) {
  case 0:
    return {};
  case 1:
    return {1};
  case 2: // a vector
    return s.empty() ? Shape{} : Shape{s.back()};
  case 3: // a column
    if (!s.empty())
      s.back() = 1;
    return s;
  case 4: // any dimensions repeated
    for (int64_t &d : s)
      d = chance(40) ? 1 : d;
    return s;
  case 5:
    s.erase(s.begin(), s.begin() + (s.empty() ? 0 : pick(s.size() + 1)));
    return s;
  default:
    return s;
  }
}

void Generator::addBinary() {
  Value a = recent();
  Shape shape = a.shape;
  Value b;
  if (chance(35)) { // a residual: an earlier value of the same shape, or one
                    // that broadcasts
    for (const Value &v : values) {
      bool fits = v.shape.size() <= shape.size() && !shape.empty();
      for (size_t d = 0; fits && d < v.shape.size(); ++d) {
        int64_t to = shape[shape.size() - v.shape.size() + d];
        fits &= v.shape[d] == to || v.shape[d] == 1;
      }
      if (fits && (b.name.empty() || chance(50)))
        b = v;
    }
    if (!b.name.empty())
      b = cast(b, a.type);
  }
  if (b.name.empty() && chance(12)) { // `a` is the one that repeats
    for (int64_t &d : shape)
      d = d == 1 ? dim(std::max<int64_t>(1, options.elements / count(shape)))
                 : d;
    if (shape.size() < 4 && chance(50))
      shape.insert(
          shape.begin(),
          dim(std::min<int64_t>(
              4, std::max<int64_t>(1, options.elements / count(shape)))));
    b = constantOrInput(shape, a.type);
  }
  if (b.name.empty())
    b = constantOrInput(smaller(shape), a.type);
  if (b.shape.size() > shape.size()) // [1] beside a scalar
    shape = b.shape;
  static const char *ops[] = {"add", "add", "sub", "mul"};
  std::string op = ops[pick(4)];
  if (chance(30))
    std::swap(a, b);
  emit(op, {a, b}, shape, a.type);
}

void Generator::addCast() {
  static const ElementType types[] = {ElementType::F32, ElementType::F16,
                                      ElementType::I32};
  Value v = recent();
  ElementType type = types[pick(3)];
  if (type == ElementType::I32 && !options.integers)
    type = ElementType::F16;
  cast(v, type);
}

Shape Generator::randomShape(int64_t elements) {
  Shape shape;
  int64_t rank = pick(4) + 1;
  for (int64_t d = 0; d + 1 < rank; ++d) {
    std::vector<int64_t> divisors;
    for (int64_t n = 1; n <= elements; ++n)
      if (elements % n == 0)
        divisors.push_back(n);
    shape.push_back(divisors[pick(divisors.size())]);
    elements /= shape.back();
  }
  shape.push_back(elements);
  return shape;
}

void Generator::addReshape() {
  Value v = recent();
  Shape shape = v.shape;
  if (chance(50) && v.shape.size() >= 1) { // features stay
    shape = randomShape(count(v.shape) / v.shape.back());
    shape.push_back(v.shape.back());
    if (shape.size() > 4)
      shape = {count(v.shape) / v.shape.back(), v.shape.back()};
  } else {
    shape = randomShape(count(v.shape));
  }
  emit("reshape", {v}, shape, v.type);
}

void Generator::addTranspose() {
  Value v = recent();
  Shape perm, shape;
  for (size_t d = 0; d < v.shape.size(); ++d)
    perm.push_back(d);
  std::shuffle(perm.begin(), perm.end(), random);
  std::string suffix = " perm [";
  for (int64_t d : perm) {
    suffix += (shape.empty() ? "" : ", ") + std::to_string(d);
    shape.push_back(v.shape[d]);
  }
  emit("transpose", {v}, shape, v.type, suffix + "]");
}

GraphCase Generator::generate() {
  Shape shape;
  int64_t rank = chance(60) ? 2 : pick(4) + 1;
  int64_t rest = options.elements;
  for (int64_t d = 0; d < rank; ++d) {
    shape.push_back(rank > 2 && d + 2 < rank ? dim(4) : dim(rest));
    rest = std::max<int64_t>(1, rest / shape.back());
  }
  values.push_back(input(shape, chance(90)   ? ElementType::F32
                                : chance(50) ? ElementType::F16
                                             : ElementType::I32));
  for (int i = 0; i < options.ops; ++i) {
    int64_t kind = pick(100);
    if (kind < 42)
      addMatmul();
    else if (kind < 72)
      addBinary();
    else if (kind < 84)
      emit("relu", {values.back()}, values.back().shape, values.back().type);
    else if (kind < 89)
      addCast();
    else if (kind < 97)
      addReshape();
    else
      addTranspose();
  }
  if (chance(10))
    input({3}, ElementType::F32); // nobody reads it
  std::vector<Value> outputs = {values.back()};
  while (chance(25))
    outputs.push_back(values[pick(values.size())]);
  return finish(outputs);
}

GraphCase Generator::finish(const std::vector<Value> &outputs) {
  auto write = [&](bool magnitude) {
    std::string types, names, plain;
    for (const Value &v : outputs) {
      std::string type = magnitude ? magnitudeTypeOf(v) : typeOf(v),
                  comma = types.empty() ? "" : ", ";
      types += comma + type + " {graph.name = \"out" +
               std::to_string(&v - outputs.data()) + "\"}";
      plain += comma + type;
      names += comma + (magnitude ? v.magnitude : v.name);
    }
    return "func.func @main(" + (magnitude ? magnitudeArguments : arguments) +
           ") -> (" + types + ") {\n" + (magnitude ? magnitudeBody : body) +
           "  return " + names + " : " + plain + "\n}\n";
  };
  result.text = write(false);
  result.magnitudes = write(true);
  result.isWhole = options.integers;
  return result;
}

GraphCase Generator::generateChain(int64_t tokens,
                                   const std::vector<int64_t> &widths) {
  Value x = input({tokens, widths[0]}, ElementType::F32);
  for (size_t i = 1; i < widths.size(); ++i) {
    Value w = constant({widths[i - 1], widths[i]}, ElementType::F32, "w");
    x = emit("matmul", {x, w}, {tokens, widths[i]}, ElementType::F32);
    x = emit("add", {x, constant({widths[i]}, ElementType::F32)}, x.shape,
             ElementType::F32);
    if (i + 1 < widths.size())
      x = emit("relu", {x}, x.shape, ElementType::F32);
  }
  return finish({x});
}

} // namespace

GraphCase e2e::makeRandomGraph(uint64_t seed, const GraphOptions &options) {
  return Generator(seed, options).generate();
}

GraphCase e2e::makeChain(uint64_t seed, int64_t tokens,
                         const std::vector<int64_t> &widths, bool integers) {
  GraphOptions options;
  options.integers = integers;
  return Generator(seed, options).generateChain(tokens, widths);
}
