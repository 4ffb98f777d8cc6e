//===- Node.h - what an operator's importer sees of its node -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_NODE_H
#define WAFER_LIB_IMPORT_NODE_H

#include "Composer.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <onnx/onnx_pb.h>

namespace wafer::importer {

/// `node "fc1/MatMul" (MatMul)`; a node without a name is called by its output.
std::string describeNode(const onnx::NodeProto &node);

/// The name that an op's location carries: the node's, else its first output's.
llvm::StringRef getNodeName(const onnx::NodeProto &node);

/// The IR type of an ONNX data type; null if it has none.
mlir::Type getElementType(int32_t onnxType, mlir::MLIRContext *context);

/// Imports a subgraph of a node: appends the values of its outputs.
using SubgraphImporter = std::function<mlir::LogicalResult(
    const onnx::GraphProto &graph, llvm::ArrayRef<Value> inputs,
    llvm::SmallVectorImpl<Value> &results)>;

/// A node that is being imported. Attributes are read once each; a wrong kind
/// of attribute is reported at once, remembered, and the default returned.
class Node {
public:
  Node(const onnx::NodeProto &proto, int64_t opset, llvm::StringRef file,
       mlir::OpBuilder &builder, llvm::ArrayRef<mlir::Value> inputs);

  const onnx::NodeProto &proto;
  int64_t opset;
  mlir::OpBuilder &builder;
  mlir::Location loc;
  llvm::StringRef file;
  /// Makes this node's ops.
  Composer ops;
  /// Imports a graph in an attribute on given values of its inputs.
  SubgraphImporter importSubgraph;
  /// Elements of masks that nodes of this model may still draw at random: such
  /// a constant is as large as the tensor that the model declares.
  int64_t *maskElementsLeft = nullptr;

  /// Starts the message `model.onnx: node "…" (Op): `.
  mlir::InFlightDiagnostic error();
  bool hasErrors() const { return failed; }

  size_t getNumInputs() const { return inputs.size(); }
  /// Null if the input is absent.
  mlir::Value getInput(size_t index) const {
    return index < inputs.size() ? inputs[index] : mlir::Value();
  }
  mlir::RankedTensorType getInputType(size_t index) const {
    return mlir::cast<mlir::RankedTensorType>(inputs[index].getType());
  }

  bool hasAttribute(llvm::StringRef name) const { return find(name); }
  int64_t getInt(llvm::StringRef name, int64_t defaultValue);
  float getFloat(llvm::StringRef name, float defaultValue);
  std::optional<llvm::SmallVector<int64_t>> getInts(llvm::StringRef name);
  std::optional<llvm::SmallVector<float>> getFloats(llvm::StringRef name);
  std::string getString(llvm::StringRef name, llvm::StringRef defaultValue);
  const onnx::TensorProto *getTensor(llvm::StringRef name);
  const onnx::GraphProto *getGraph(llvm::StringRef name);
  /// Marks attributes that make no difference here as read.
  void ignore(std::initializer_list<llvm::StringRef> names);
  /// Reports attributes that no getter asked for.
  mlir::LogicalResult checkAllAttributesRead();

  /// True if output `index` is there and has a name.
  bool wantsOutput(int index) const {
    return index < proto.output_size() && !proto.output(index).empty();
  }

  /// The integers of an input that must be constant, or an error.
  mlir::FailureOr<llvm::SmallVector<int64_t>> getConstantInts(size_t index);
  /// Of attribute `name` or, where later opsets have it, of input `index`;
  /// nullopt if neither is there.
  std::optional<llvm::SmallVector<int64_t>> getIntsOrInput(llvm::StringRef name,
                                                           size_t index);
  /// The number in a constant input of one element; nullopt if it is absent.
  std::optional<double> getConstantNumber(size_t index);

  /// `axis` from the front, for a tensor of `rank` dimensions; 0 and an error
  /// if it is not one of them.
  int64_t normalizeAxis(int64_t axis, int64_t rank);
  /// All from the front and in rising order.
  llvm::SmallVector<int64_t> normalizeAxes(Dims axes, int64_t rank);

private:
  llvm::SmallVector<mlir::Value> inputs;
  llvm::StringSet<> read;
  bool failed = false;

  const onnx::AttributeProto *find(llvm::StringRef name) const;
  const onnx::AttributeProto *take(llvm::StringRef name,
                                   onnx::AttributeProto::AttributeType type);
};

/// The values of a node's outputs, in order; null for one that is not
/// supported. Empty or with nulls after an error.
using Outputs = llvm::SmallVector<Value>;
using NodeImporter = mlir::FailureOr<Outputs> (*)(Node &node);
using Imported = mlir::FailureOr<Outputs>;

struct Operator {
  size_t minInputs, maxInputs;
  NodeImporter run;
};
inline constexpr size_t kAnyNumber = SIZE_MAX;

/// Domains other than ONNX's default one, which is "".
inline constexpr llvm::StringLiteral kMicrosoft = "com.microsoft";
inline constexpr llvm::StringLiteral kPreview = "ai.onnx.preview";
inline constexpr llvm::StringLiteral kTraining = "ai.onnx.preview.training";

/// Operators by domain, name and the opset since which a form is valid.
class OperatorTable {
public:
  void add(llvm::StringRef name, Operator op, int64_t since = 1) {
    add("", name, op, since);
  }
  void add(llvm::StringRef domain, llvm::StringRef name, Operator op,
           int64_t since = 1) {
    forms[(domain + ":" + name).str()].push_back({since, op});
  }
  /// The newest form that `version` of the domain has; null if there is none.
  const Operator *find(llvm::StringRef domain, llvm::StringRef name,
                       int64_t version) const;

private:
  struct Form {
    int64_t since;
    Operator op;
  };
  llvm::StringMap<llvm::SmallVector<Form, 1>> forms;
};

// One function for each file of operators.
void addActivationOperators(OperatorTable &table);
void addAttentionOperators(OperatorTable &table);
void addConstantOperators(OperatorTable &table);
void addConvolutionOperators(OperatorTable &table);
void addContribOperators(OperatorTable &table);
void addEinsumOperators(OperatorTable &table);
void addElementwiseOperators(OperatorTable &table);
void addGatherOperators(OperatorTable &table);
void addGradientOperators(OperatorTable &table);
void addLossOperators(OperatorTable &table);
void addNormalizationOperators(OperatorTable &table);
void addProductOperators(OperatorTable &table);
void addReductionOperators(OperatorTable &table);
void addShapeOperators(OperatorTable &table);
void addSliceOperators(OperatorTable &table);
void addTrainingOperators(OperatorTable &table);
void addWindowOperators(OperatorTable &table);

/// Every operator that is known.
const OperatorTable &getOperators();

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_NODE_H
