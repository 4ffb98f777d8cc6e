//===- MapOps.cpp - what elementwise ops are made of ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/MapOps.h"

#include "wafer/Kernels/HostAccess.h"
#include "wafer/Kernels/Kernel.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wafer;
using pe::Opcode;

static Type getElement(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

std::optional<double> wafer::getSplat(Value value) {
  while (isa_and_nonnull<graph::ReshapeOp, graph::TransposeOp, graph::SliceOp,
                         graph::ExpandOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  Attribute held;
  if (auto constant = value.getDefiningOp<graph::ConstantOp>()) {
    held = constant.getValue();
  } else if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto kernel = dyn_cast<mesh::KernelOp>(argument.getOwner()->getParentOp());
    auto input = kernel ? kernel.getInputs()[argument.getArgNumber()]
                              .getDefiningOp<mesh::InputOp>()
                        : mesh::InputOp();
    pe::HostOp host =
        input ? mesh::lookupHost(kernel, input.getHostAttr()) : pe::HostOp();
    if (host && host.getValue())
      held = *host.getValue();
  }
  auto elements = dyn_cast_or_null<DenseElementsAttr>(held);
  if (!elements || !elements.isSplat())
    return std::nullopt;
  if (isa<FloatType>(elements.getElementType()))
    return elements.getSplatValue<APFloat>().convertToDouble();
  if (!elements.getElementType().isInteger())
    return std::nullopt;
  return static_cast<double>(elements.getSplatValue<APInt>().getSExtValue());
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

namespace {
using Parts = SmallVector<MapPart, 2>;

MapSource operand(unsigned index) {
  return {MapSource::Kind::Operand, index, 0};
}
MapSource destination() { return {MapSource::Kind::Destination, 0, 0}; }
MapSource scalar(double value) { return {MapSource::Kind::Scalar, 0, value}; }
MapPart instruction(Opcode opcode, ArrayRef<MapSource> sources) {
  return {std::nullopt, opcode, SmallVector<MapSource, 2>(sources)};
}
MapPart call(Function function, ArrayRef<MapSource> sources) {
  return {function, Opcode::Move, SmallVector<MapSource, 2>(sources)};
}

/// The parts of one op; empty with `reason` where there are none.
class PartsOf {
public:
  explicit PartsOf(Operation *op)
      : op(op), element(getElement(op->getResult(0))) {}
  Parts get();
  std::string reason = "elementwise ops of this kind are not carried";

private:
  Parts binary(Opcode opcode) {
    return {instruction(opcode, {operand(0), operand(1)})};
  }
  Parts unary(Function function) {
    return floatOnly({call(function, {operand(0)})});
  }
  Parts floatOnly(Parts parts) {
    if (isa<FloatType>(element))
      return parts;
    reason = "only for f32 and f16";
    return {};
  }
  Parts divide();
  Parts power();

  Operation *op;
  Type element;
};
} // namespace

/// The f32 nearest to 1/value where that and its products are as good as a
/// division: neither is subnormal or infinite.
static std::optional<double> getInverse(double value) {
  float inverse = static_cast<float>(1 / value);
  if (!std::isnormal(inverse) || !std::isnormal(static_cast<float>(value)))
    return std::nullopt;
  return inverse;
}

Parts PartsOf::divide() {
  std::optional<double> divisor = getSplat(op->getOperand(1)),
                        dividend = getSplat(op->getOperand(0));
  std::optional<double> inverse = divisor ? getInverse(*divisor) : std::nullopt;
  // An f16 quotient is rounded once, so its inverse must be exact.
  if (inverse && (element.isF32() || *inverse * *divisor == 1))
    return floatOnly(
        {instruction(Opcode::Mul, {operand(0), scalar(*inverse)})});
  if (dividend && *dividend == 1)
    return floatOnly({call(Function::Reciprocal, {operand(1)})});
  return floatOnly({call(Function::Divide, {operand(0), operand(1)})});
}

Parts PartsOf::power() {
  std::optional<double> exponent = getSplat(op->getOperand(1));
  if (!isa<FloatType>(element) || !exponent) {
    reason = "only for floats to a power that is one constant";
    return {};
  }
  if (*exponent == 1)
    return {instruction(Opcode::Move, {operand(0)})};
  if (*exponent == 2)
    return {instruction(Opcode::Mul, {operand(0), operand(0)})};
  if (*exponent == 0.5)
    return {call(Function::Sqrt, {operand(0)})};
  if (*exponent == -1)
    return {call(Function::Reciprocal, {operand(0)})};
  if (*exponent == -0.5)
    return {call(Function::Sqrt, {operand(0)}),
            call(Function::Reciprocal, {destination()})};
  // The base is read again, so that the result must lie elsewhere
  // (reusesOperand).
  if (*exponent == 3 && element.isF32())
    return {instruction(Opcode::Mul, {operand(0), operand(0)}),
            instruction(Opcode::Mul, {destination(), operand(0)})};
  reason = "only for the powers -1, -0.5, 0.5, 1, 2 and, of f32, 3";
  return {};
}

Parts PartsOf::get() {
  return llvm::TypeSwitch<Operation *, Parts>(op)
      .Case([&](graph::AddOp) { return binary(Opcode::Add); })
      .Case([&](graph::SubOp) { return binary(Opcode::Sub); })
      .Case([&](graph::MulOp) { return binary(Opcode::Mul); })
      .Case([&](graph::MaxOp) { return binary(Opcode::Max); })
      .Case([&](graph::MinOp) { return binary(Opcode::Min); })
      .Case([&](graph::NegOp) -> Parts {
        return {instruction(Opcode::Neg, {operand(0)})};
      })
      .Case([&](graph::AbsOp) -> Parts {
        return {instruction(Opcode::Abs, {operand(0)})};
      })
      .Case([&](graph::ReluOp) -> Parts {
        return {instruction(Opcode::Max, {operand(0), scalar(0)})};
      })
      .Case([&](graph::CastOp) -> Parts {
        Opcode opcode = getElement(op->getOperand(0)) == element
                            ? Opcode::Move
                            : Opcode::Convert;
        return {instruction(opcode, {operand(0)})};
      })
      .Case([&](graph::DivOp) { return divide(); })
      .Case([&](graph::PowOp) { return power(); })
      .Case([&](graph::ReciprocalOp) { return unary(Function::Reciprocal); })
      .Case([&](graph::SqrtOp) { return unary(Function::Sqrt); })
      .Case([&](graph::ExpOp) { return unary(Function::Exp); })
      .Case([&](graph::TanhOp) { return unary(Function::Tanh); })
      .Case([&](graph::SigmoidOp) { return unary(Function::Sigmoid); })
      .Case([&](graph::SiluOp) { return unary(Function::Silu); })
      .Case([&](graph::ErfOp) { return unary(Function::Erf); })
      .Case([&](graph::GeluOp gelu) {
        return unary(gelu.getTanh() ? Function::GeluTanh : Function::Gelu);
      })
      .Default([](Operation *) { return Parts(); });
}

FailureOr<SmallVector<MapPart, 2>> wafer::getMapParts(Operation *op,
                                                      std::string *reason) {
  PartsOf parts(op);
  SmallVector<MapPart, 2> result = parts.get();
  if (!result.empty())
    return result;
  if (reason)
    *reason = parts.reason;
  return failure();
}

LogicalResult wafer::verifyMapOp(Operation *op) {
  std::string reason;
  if (isView(op) || succeeded(getMapParts(op, &reason)))
    return success();
  return op->emitError("'") << op->getName() << "' has no kernel for "
                            << op->getResult(0).getType() << ": " << reason;
}

bool wafer::isMapOp(Operation *op) {
  if (auto reshape = dyn_cast<graph::ReshapeOp>(op))
    return getTokenShape(reshape.getInput().getType()) ==
           getTokenShape(reshape.getType());
  return isa<graph::AddOp, graph::SubOp, graph::MulOp, graph::MaxOp,
             graph::MinOp, graph::NegOp, graph::AbsOp, graph::ReluOp,
             graph::CastOp, graph::DivOp, graph::PowOp, graph::ReciprocalOp,
             graph::SqrtOp, graph::ExpOp, graph::TanhOp, graph::SigmoidOp,
             graph::SiluOp, graph::ErfOp, graph::GeluOp>(op);
}

/// Does a part behind the first one read an operand?
static bool readsOperandsLate(Operation *op) {
  FailureOr<SmallVector<MapPart, 2>> parts = getMapParts(op);
  return succeeded(parts) &&
         llvm::any_of(ArrayRef(*parts).drop_front(), [](const MapPart &part) {
           return llvm::any_of(part.sources, [](MapSource source) {
             return source.kind == MapSource::Kind::Operand;
           });
         });
}

bool wafer::reusesOperand(Operation *op) {
  if (isa<graph::ReshapeOp>(op) || readsOperandsLate(op))
    return false;
  Value value = op->getOperand(0);
  if (getElement(value) != getElement(op->getResult(0)))
    return false;
  // A reshape is another name for a buffer: nobody else may read it under any
  // of its names.
  while (value.hasOneUse()) {
    Operation *definition = value.getDefiningOp();
    auto reshape = dyn_cast_or_null<graph::ReshapeOp>(definition);
    if (!reshape)
      return definition && !isView(definition);
    value = reshape.getInput();
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

/// Elements of a register: set-ups of 15 cycles then cost a thirtieth of the
/// beats of a slice, or less.
static constexpr int64_t kSliceElements = 512;

MapSlices::MapSlices(int64_t allFeatures, int64_t tokens) {
  allFeatures = std::max<int64_t>(allFeatures, 1);
  int64_t most =
      std::max<int64_t>(kSliceElements / std::max<int64_t>(tokens, 1), 1);
  // All slices but the last have the same size.
  features = llvm::divideCeilSigned(allFeatures,
                                    llvm::divideCeilSigned(allFeatures, most));
  count = llvm::divideCeilSigned(allFeatures, features);
}

int64_t wafer::getMapScratchBytes(ArrayRef<Operation *> ops, int64_t features,
                                  int64_t tokens) {
  SmallVector<Function> functions;
  int64_t widened = 0;
  for (Operation *op : ops) {
    FailureOr<SmallVector<MapPart, 2>> parts = getMapParts(op);
    if (failed(parts))
      continue;
    for (const MapPart &part : *parts)
      if (part.function) {
        functions.push_back(*part.function);
        if (!getElement(op->getResult(0)).isF32())
          widened = std::max<int64_t>(widened, part.sources.size());
      }
  }
  if (functions.empty())
    return 0;
  int64_t elements = MapSlices(features, tokens).features * tokens;
  return getScratchBytes(functions, elements) + widened * elements * 4;
}

static std::string typeName(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

int64_t wafer::getMapCycles(machine::DescAttr machine, Operation *op,
                            int64_t features, int64_t tokens) {
  FailureOr<SmallVector<MapPart, 2>> parts = getMapParts(op);
  if (failed(parts))
    return 0; // No instruction: a view.
  std::string type = typeName(getElement(op->getResult(0)));
  auto beats = [&](StringRef operation, StringRef type, int64_t rows) {
    return machine.getSetupCycles() +
           rows *
               llvm::divideCeilSigned(tokens, machine.getRate(operation, type));
  };
  int64_t cycles = 0;
  for (const MapPart &part : *parts) {
    if (!part.function) {
      cycles += beats(pe::stringifyOpcode(part.opcode), type, features);
      continue;
    }
    MapSlices slices(features, tokens);
    auto slice = [&](int64_t rows) {
      int64_t converts =
          type == "f32" ? 0
                        : part.sources.size() * beats("convert", "f32", rows) +
                              beats("convert", type, rows);
      return converts +
             getFunctionCycles(machine, *part.function, rows, tokens);
    };
    cycles += (slices.count - 1) *
                  (machine.getLoopCycles() + slice(slices.features)) +
              slice(features - (slices.count - 1) * slices.features);
  }
  return cycles;
}
