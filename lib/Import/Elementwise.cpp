//===- Elementwise.cpp - maps, comparisons, logic, conversions --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include "wafer/Support/OnnxTensor.h"

using namespace mlir;

namespace wafer::importer {

template <typename OpT> static Imported importUnary(Node &node) {
  node.ignore({"consumed_inputs"});
  return Outputs{node.ops.create<OpT>({node.getInput(0)})};
}

/// Input 1 for an operator with numpy broadcasting. Before opset 7, `broadcast`
/// aligns it at dimension `axis` of input 0.
static Value getRhs(Node &node) {
  node.ignore({"consumed_inputs"});
  Value rhs = node.getInput(1);
  if (!node.getInt("broadcast", 0))
    return rhs;
  int64_t rank = rankOf(node.getInput(0));
  int64_t axis = node.getInt("axis", rank - rankOf(rhs));
  if (axis < 0)
    axis += rank;
  if (axis < 0 || axis > rank - rankOf(rhs)) {
    node.error() << rhs.getType() << " does not fit " << node.getInputType(0)
                 << " from axis " << axis << " on";
    return {};
  }
  SmallVector<int64_t> shape(shapeOf(rhs));
  for (int64_t d = axis + rankOf(rhs); d < rank; ++d)
    shape.push_back(1);
  return node.ops.reshape(rhs, shape);
}

template <typename OpT> static Imported importBinary(Node &node) {
  return Outputs{node.ops.create<OpT>({node.getInput(0), getRhs(node)})};
}

/// lhs > rhs is rhs < lhs.
template <typename OpT> static Imported importSwapped(Node &node) {
  return Outputs{node.ops.create<OpT>({getRhs(node), node.getInput(0)})};
}

/// Sum, Min, Max, Mean of any number of operands.
template <typename OpT> static Imported importVariadic(Node &node) {
  node.ignore({"consumed_inputs"});
  Value result = node.getInput(0);
  for (size_t i = 1; i < node.getNumInputs(); ++i)
    result = node.ops.create<OpT>({result, node.getInput(i)});
  return Outputs{result};
}

static Imported importMean(Node &node) {
  Imported sum = importVariadic<graph::AddOp>(node);
  return Outputs{node.ops.div((*sum)[0], node.getNumInputs())};
}

/// Before opset 28 the remainder of floats is fmod's, even where the node does
/// not say so as it must.
static Imported importMod(Node &node) {
  SmallVector<NamedAttribute> attributes;
  bool isFloat = isa<FloatType>(elementOf(node.getInput(0)));
  if (node.getInt("fmod", 0) || (isFloat && node.opset < 28))
    attributes.push_back(node.ops.unit("fmod"));
  return Outputs{node.ops.create<graph::ModOp>(
      {node.getInput(0), node.getInput(1)}, attributes)};
}

/// Where base and exponent of a power are computed if their types differ: in
/// the wider floating-point type, in f32 at least; integers in the base's.
static Type getPowType(Node &node, Type base, Type exponent) {
  if (base == exponent || !(isa<FloatType>(base) || isa<FloatType>(exponent)))
    return base;
  unsigned width = 32;
  for (Type type : {base, exponent})
    if (isa<FloatType>(type))
      width = std::max(width, type.getIntOrFloatBitWidth());
  return width == 32 ? node.builder.getF32Type() : node.builder.getF64Type();
}

/// The result has the base's type.
static Imported importPow(Node &node) {
  Value base = node.getInput(0), exponent = getRhs(node);
  if (!exponent)
    return failure();
  Type type = elementOf(base);
  Type meet = getPowType(node, type, elementOf(exponent));
  Value power = node.ops.create<graph::PowOp>(
      {node.ops.cast(base, meet), node.ops.cast(exponent, meet)});
  return Outputs{node.ops.cast(power, type)};
}

static Imported importBitShift(Node &node) {
  std::string direction = node.getString("direction", "");
  Value lhs = node.getInput(0), rhs = node.getInput(1);
  if (direction == "LEFT")
    return Outputs{node.ops.create<graph::ShiftLeftOp>({lhs, rhs})};
  if (direction == "RIGHT")
    return Outputs{node.ops.create<graph::ShiftRightOp>({lhs, rhs})};
  return node.error() << "attribute \"direction\" is \"" << direction << "\"";
}

static Imported importWhere(Node &node) {
  return Outputs{
      node.ops.where(node.getInput(0), node.getInput(1), node.getInput(2))};
}

/// NaN is what is not equal to itself.
static Imported importIsNaN(Node &node) {
  Value x = node.getInput(0);
  return Outputs{node.ops.complement(node.ops.equal(x, x))};
}

static Imported importIsInf(Node &node) {
  Value x = node.getInput(0);
  bool positive = node.getInt("detect_positive", 1),
       negative = node.getInt("detect_negative", 1);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (positive && negative)
    x = node.ops.abs(x);
  if (!positive && !negative)
    return Outputs{node.ops.filled(shapeOf(x), node.builder.getI1Type(), 0)};
  return Outputs{node.ops.equal(
      x, node.ops.scalarLike(x, positive ? kInfinity : -kInfinity))};
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

/// Before opset 6 the type is a string ("FLOAT").
static int64_t getTargetType(Node &node) {
  auto to = llvm::find_if(node.proto.attribute(), [](const auto &attribute) {
    return attribute.name() == "to";
  });
  if (to == node.proto.attribute().end() ||
      to->type() != onnx::AttributeProto::STRING)
    return node.getInt("to", 0);
  onnx::TensorProto::DataType type = onnx::TensorProto::UNDEFINED;
  (void)onnx::TensorProto::DataType_Parse(
      StringRef(node.getString("to", "")).upper(), &type);
  return type;
}

static Imported importCast(Node &node) {
  // Both say something about 8-bit floats only, which are refused below.
  node.ignore({"saturate", "round_mode"});
  int64_t to = getTargetType(node);
  bool isKnown = to == static_cast<int32_t>(to);
  Type elementType =
      isKnown ? getElementType(to, node.builder.getContext()) : Type();
  if (!elementType)
    return node.error() << "element type "
                        << (isKnown ? getOnnxTypeName(to) : std::to_string(to))
                        << " is not supported";
  return Outputs{node.ops.cast(node.getInput(0), elementType)};
}

static Imported importCastLike(Node &node) {
  node.ignore({"saturate", "round_mode"});
  return Outputs{node.ops.cast(node.getInput(0), elementOf(node.getInput(1)))};
}

static Imported importIdentity(Node &node) { return Outputs{node.getInput(0)}; }

void addElementwiseOperators(OperatorTable &table) {
  using namespace graph;
  table.add("Abs", {1, 1, importUnary<AbsOp>});
  table.add("Neg", {1, 1, importUnary<NegOp>});
  table.add("Sign", {1, 1, importUnary<SignOp>});
  table.add("Ceil", {1, 1, importUnary<CeilOp>});
  table.add("Floor", {1, 1, importUnary<FloorOp>});
  table.add("Round", {1, 1, importUnary<RoundOp>});
  table.add("Sqrt", {1, 1, importUnary<SqrtOp>});
  table.add("Reciprocal", {1, 1, importUnary<ReciprocalOp>});
  table.add("Exp", {1, 1, importUnary<ExpOp>});
  table.add("Log", {1, 1, importUnary<LogOp>});
  table.add("Sin", {1, 1, importUnary<SinOp>});
  table.add("Cos", {1, 1, importUnary<CosOp>});
  table.add("Tan", {1, 1, importUnary<TanOp>});
  table.add("Asin", {1, 1, importUnary<AsinOp>});
  table.add("Acos", {1, 1, importUnary<AcosOp>});
  table.add("Atan", {1, 1, importUnary<AtanOp>});
  table.add("Sinh", {1, 1, importUnary<SinhOp>});
  table.add("Cosh", {1, 1, importUnary<CoshOp>});
  table.add("Tanh", {1, 1, importUnary<TanhOp>});
  table.add("Asinh", {1, 1, importUnary<AsinhOp>});
  table.add("Acosh", {1, 1, importUnary<AcoshOp>});
  table.add("Atanh", {1, 1, importUnary<AtanhOp>});
  table.add("Erf", {1, 1, importUnary<ErfOp>});
  table.add("Sigmoid", {1, 1, importUnary<SigmoidOp>});
  table.add("Relu", {1, 1, importUnary<ReluOp>});
  table.add("Not", {1, 1, importUnary<NotOp>});
  table.add("BitwiseNot", {1, 1, importUnary<NotOp>});
  table.add("Add", {2, 2, importBinary<AddOp>});
  table.add("Sub", {2, 2, importBinary<SubOp>});
  table.add("Mul", {2, 2, importBinary<MulOp>});
  table.add("Div", {2, 2, importBinary<DivOp>});
  table.add("Mod", {2, 2, importMod});
  table.add("Pow", {2, 2, importPow});
  table.add("And", {2, 2, importBinary<AndOp>});
  table.add("Or", {2, 2, importBinary<OrOp>});
  table.add("Xor", {2, 2, importBinary<XorOp>});
  table.add("BitwiseAnd", {2, 2, importBinary<AndOp>});
  table.add("BitwiseOr", {2, 2, importBinary<OrOp>});
  table.add("BitwiseXor", {2, 2, importBinary<XorOp>});
  table.add("BitShift", {2, 2, importBitShift});
  table.add("Equal", {2, 2, importBinary<EqualOp>});
  table.add("Less", {2, 2, importBinary<LessOp>});
  table.add("LessOrEqual", {2, 2, importBinary<LessOrEqualOp>});
  table.add("Greater", {2, 2, importSwapped<LessOp>});
  table.add("GreaterOrEqual", {2, 2, importSwapped<LessOrEqualOp>});
  table.add("Sum", {1, kAnyNumber, importVariadic<AddOp>});
  table.add("Min", {1, kAnyNumber, importVariadic<MinOp>});
  table.add("Max", {1, kAnyNumber, importVariadic<MaxOp>});
  table.add("Mean", {1, kAnyNumber, importMean});
  table.add("Where", {3, 3, importWhere});
  table.add("IsNaN", {1, 1, importIsNaN});
  table.add("IsInf", {1, 1, importIsInf});
  table.add("Cast", {1, 1, importCast});
  table.add("CastLike", {2, 2, importCastLike});
  table.add("Identity", {1, 1, importIdentity});
}

} // namespace wafer::importer
