//===- Node.h - what an operator's importer sees of its node -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_NODE_H
#define WAFER_LIB_IMPORT_NODE_H

#include "dialects/Graph/Graph.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
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
  /// Reports attributes that no getter asked for.
  mlir::LogicalResult checkAllAttributesRead();

  /// The integers of an input that must be constant, or an error.
  mlir::FailureOr<llvm::SmallVector<int64_t>> getConstantInts(size_t index);

private:
  llvm::SmallVector<mlir::Value> inputs;
  llvm::StringSet<> read;
  bool failed = false;

  const onnx::AttributeProto *find(llvm::StringRef name) const;
  const onnx::AttributeProto *take(llvm::StringRef name,
                                   onnx::AttributeProto::AttributeType type);
};

/// Creates the ops of one node and appends the values of its outputs.
using NodeImporter = mlir::LogicalResult (*)(
    Node &node, llvm::SmallVectorImpl<mlir::Value> &results);

struct Operator {
  size_t minInputs, maxInputs;
  NodeImporter run;
};

/// Operators of ONNX's default domain by name.
using OperatorTable = llvm::StringMap<Operator>;

// One function for each file of operators.
void addElementwiseOperators(OperatorTable &table);
void addProductOperators(OperatorTable &table);
void addShapeOperators(OperatorTable &table);
void addConstantOperators(OperatorTable &table);

/// A constant of rank 0.
mlir::Value createScalar(Node &node, mlir::Type elementType, double value);

/// True, or reports that `value` is not of a number type.
bool checkNumbers(Node &node, mlir::Value value);
/// True, or reports why these have no numpy broadcast of one number type.
bool checkBroadcast(Node &node, mlir::Value lhs, mlir::Value rhs);

/// lhs OP rhs with broadcasting, OpT being graph.add, sub or mul; null after an
/// error.
template <typename OpT>
mlir::Value createBinary(Node &node, mlir::Value lhs, mlir::Value rhs) {
  if (!checkBroadcast(node, lhs, rhs))
    return {};
  return OpT::create(node.builder, node.loc, lhs, rhs);
}

/// The dense constant with these little-endian bytes.
mlir::DenseElementsAttr createDense(mlir::RankedTensorType type,
                                    llvm::ArrayRef<uint8_t> bytes);

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_NODE_H
