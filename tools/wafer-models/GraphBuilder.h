//===- GraphBuilder.h - ONNX graphs node by node ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_MODELS_GRAPHBUILDER_H
#define WAFER_TOOLS_WAFER_MODELS_GRAPHBUILDER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include <onnx/onnx_pb.h>

namespace wafer::models {

/// The name of a value of the graph.
using Value = std::string;

/// One attribute of a node.
onnx::AttributeProto makeAttribute(llvm::StringRef name, int64_t value);
onnx::AttributeProto makeAttribute(llvm::StringRef name, float value);
onnx::AttributeProto makeAttribute(llvm::StringRef name, const char *value);
onnx::AttributeProto makeAttribute(llvm::StringRef name,
                                   llvm::ArrayRef<int64_t> values);

/// Appends nodes to a graph whose floats all have one type. Values are named
/// after the part of the model that computes them and the operator:
/// "gpt_neox.layers.3.attention.Softmax".
class GraphBuilder {
public:
  using Attributes = llvm::ArrayRef<onnx::AttributeProto>;

  GraphBuilder(onnx::GraphProto &graph, int32_t floatType)
      : graph(graph), floatType(floatType) {}

  /// The part of the model to which the next nodes belong.
  void enter(const llvm::Twine &part) { scope = part.str(); }

  Value create(llvm::StringRef opType, llvm::ArrayRef<Value> inputs,
               Attributes attributes = {});
  llvm::SmallVector<Value> createMany(llvm::StringRef opType,
                                      llvm::ArrayRef<Value> inputs,
                                      unsigned numOutputs,
                                      Attributes attributes = {});

  Value transpose(const Value &x, llvm::ArrayRef<int64_t> perm);
  Value reshape(const Value &x, llvm::ArrayRef<int64_t> shape);
  /// Pieces of the given sizes along `axis`.
  llvm::SmallVector<Value> split(const Value &x, int64_t axis,
                                 llvm::ArrayRef<int64_t> sizes);
  /// Elements begin, begin + step, ... before `end` along `axis`.
  Value slice(const Value &x, int64_t axis, int64_t begin, int64_t end,
              int64_t step = 1);

  /// Constants, each written once: a vector and a scalar of i64; a scalar of
  /// the float type; a table of the float type, rounded from f32; a table of
  /// i64.
  Value ints(llvm::ArrayRef<int64_t> values);
  Value scalar(int64_t value);
  Value number(double value);
  Value table(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
              llvm::ArrayRef<float> values);
  Value intTable(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                 llvm::ArrayRef<int64_t> values);

  void addInput(llvm::StringRef name, int32_t type,
                llvm::ArrayRef<int64_t> shape);
  /// Gives `value` the name of an output.
  void addOutput(llvm::StringRef name, const Value &value,
                 llvm::ArrayRef<int64_t> shape);

  onnx::GraphProto &graph;
  const int32_t floatType;

private:
  std::string scope;
  llvm::StringMap<unsigned> timesUsed;
  llvm::StringSet<> constants;

  std::string makeName(llvm::StringRef label);
  onnx::TensorProto *addConstant(llvm::StringRef name, int32_t type,
                                 llvm::ArrayRef<int64_t> shape);
  void appendFloat(onnx::TensorProto &tensor, double value);
};

} // namespace wafer::models

#endif // WAFER_TOOLS_WAFER_MODELS_GRAPHBUILDER_H
