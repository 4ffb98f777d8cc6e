//===- OnnxImport.cpp - ONNX graphs into the graph dialect -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// One ModelProto becomes one func.func @main:
//   1. the file is mapped and parsed without its weights (ModelFile);
//   2. every name gets its meaning: input, initializer or a node's output;
//      symbolic dimensions of inputs are bound (ImportOptions::dims);
//   3. the nodes that outputs need are ordered (NodeOrder);
//   4. each node's operator creates its ops (Node, one file for each family)
//   and
//      so infers the result types. Types in the file are never trusted: one
//      that contradicts what was inferred is reported as a warning;
//   5. initializers become constants where they are first used.
// Everything that is wrong with the file is one error that names file and node.
//
//===----------------------------------------------------------------------===//

#include "wafer/Import/OnnxImport.h"
#include "GraphImport.h"
#include "Initializers.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "wafer/Executor/Constants.h"
#include "wafer/Support/OnnxTensor.h"
#include <set>

using namespace mlir;

namespace wafer {
namespace importer {
namespace {

class GraphImporter {
public:
  GraphImporter(const ModelFile &file, const ImportOptions &options,
                MLIRContext *context)
      : file(file), graph(file.model.graph()), options(options),
        context(context), builder(context), initializers(file, context),
        nodes(file.model, file.path, builder) {}

  OwningOpRef<ModuleOp> run();

private:
  const ModelFile &file;
  const onnx::GraphProto &graph;
  const ImportOptions &options;
  MLIRContext *context;
  OpBuilder builder;
  InitializerReader initializers;
  NodesImporter nodes;
  Opsets opsets;
  Scope scope;
  llvm::StringMap<int> initializerIndex;
  SmallVector<const onnx::ValueInfoProto *> inputs;

  InFlightDiagnostic error() {
    return emitError(UnknownLoc::get(context)) << file.path << ": ";
  }
  LogicalResult readOpset();
  LogicalResult collectNames();
  LogicalResult checkDimNames();
  FailureOr<RankedTensorType> getInputType(const onnx::ValueInfoProto &input);
  FailureOr<int64_t> getDim(const onnx::ValueInfoProto &input, int index);
  FailureOr<func::FuncOp> createFunction();
  LogicalResult bindInputValues();
  FailureOr<Value> readInitializer(StringRef name);
  LogicalResult createReturn(func::FuncOp function);
  /// The attributes of an argument or result. They are set for all at once: a
  /// list with one more is a new attribute, which the context keeps.
  DictionaryAttr nameAttribute(StringRef name) {
    return builder.getDictionaryAttr(builder.getNamedAttr(
        graph::kNameAttrName, builder.getStringAttr(name)));
  }
  void warnOfContradiction(const onnx::ValueInfoProto &info, StringRef what);
};

std::string getDimName(const onnx::ValueInfoProto &input, int index) {
  const auto &dim = input.type().tensor_type().shape().dim(index);
  if (!dim.dim_param().empty())
    return dim.dim_param();
  return input.name() + "." + std::to_string(index);
}

/// True if the file gives the dimension a size. Some exporters write -1 for
/// "not known".
bool hasSize(const onnx::TensorShapeProto::Dimension &dim) {
  return dim.has_dim_value() && dim.dim_value() != -1;
}

} // namespace

LogicalResult GraphImporter::readOpset() {
  if (!file.model.has_graph())
    return error() << "has no graph: not an ONNX model";
  for (const onnx::OperatorSetIdProto &set : file.model.opset_import())
    opsets[normalizeDomain(set.domain())] = set.version();
  auto found = opsets.find("");
  // A model of another domain's operators only, as ONNX tests them.
  if (found == opsets.end() && !opsets.empty())
    found = opsets.try_emplace("", kNewestOnnxOpset).first;
  if (found == opsets.end())
    return error() << "imports no opset of ONNX's default domain";
  int64_t opset = found->second;
  if (opset < kOldestOnnxOpset || opset > kNewestOnnxOpset)
    return error() << "opset " << opset << " is not one of those supported, "
                   << kOldestOnnxOpset << " to " << kNewestOnnxOpset;
  scope.opsets = &opsets;
  return success();
}

LogicalResult GraphImporter::collectNames() {
  if (graph.sparse_initializer_size() > 0)
    return error() << "sparse initializers are not supported";
  for (int i = 0; i < graph.initializer_size(); ++i) {
    const std::string &name = graph.initializer(i).name();
    if (name.empty())
      return error() << "initializer " << i << " has no name";
    if (!initializerIndex.try_emplace(name, i).second)
      return error() << "two initializers are called \"" << name << "\"";
    scope.initializers.insert(name);
  }
  llvm::StringSet<> inputNames;
  for (const onnx::ValueInfoProto &input : graph.input()) {
    if (!inputNames.insert(input.name()).second)
      return error() << "two inputs are called \"" << input.name() << "\"";
    // An initializer listed as input is its default: nobody overrides it here.
    if (initializerIndex.contains(input.name()))
      continue;
    if (input.name().empty())
      return error() << "an input has no name";
    inputs.push_back(&input);
  }
  if (graph.output_size() == 0)
    return error() << "the graph has no outputs";
  return success();
}

LogicalResult GraphImporter::checkDimNames() {
  std::set<std::string> names;
  for (const onnx::ValueInfoProto *input : inputs) {
    const auto &shape = input->type().tensor_type().shape();
    for (int i = 0; i < shape.dim_size(); ++i)
      if (!hasSize(shape.dim(i)))
        names.insert(getDimName(*input, i));
  }
  for (const auto &[name, size] : options.dims) {
    if (size < 0)
      return error() << "dimension \"" << name << "\" cannot have size "
                     << size;
    if (names.count(name))
      continue;
    InFlightDiagnostic diagnostic = error();
    diagnostic << "has no dimension \"" << name << "\"";
    if (names.empty())
      return diagnostic << ": all its dimensions have sizes";
    return diagnostic << ", its symbolic dimensions are: "
                      << llvm::join(names, ", ");
  }
  return success();
}

FailureOr<int64_t> GraphImporter::getDim(const onnx::ValueInfoProto &input,
                                         int index) {
  const auto &dim = input.type().tensor_type().shape().dim(index);
  if (hasSize(dim)) {
    if (dim.dim_value() < 0)
      return error() << "dimension " << index << " of input \"" << input.name()
                     << "\" is " << dim.dim_value();
    return dim.dim_value();
  }
  std::string name = getDimName(input, index);
  if (auto it = options.dims.find(name); it != options.dims.end())
    return it->second;
  if (dim.dim_param().empty())
    return error() << "dimension " << index << " of input \"" << input.name()
                   << "\" has no size: bind it with --dim " << name << "=N";
  return error() << "dynamic dimension \"" << name << "\" of input \""
                 << input.name() << "\" is symbolic: bind it with --dim "
                 << name << "=N";
}

FailureOr<RankedTensorType>
GraphImporter::getInputType(const onnx::ValueInfoProto &input) {
  if (!input.type().has_tensor_type())
    return error() << "input \"" << input.name() << "\" is not a tensor";
  const auto &tensor = input.type().tensor_type();
  Type elementType = getElementType(tensor.elem_type(), context);
  if (!elementType)
    return error() << "input \"" << input.name() << "\": element type "
                   << getOnnxTypeName(tensor.elem_type())
                   << " is not supported";
  if (!tensor.has_shape()) {
    auto given = options.inputShapes.find(input.name());
    if (given == options.inputShapes.end())
      return error() << "input \"" << input.name() << "\" has no shape";
    return RankedTensorType::get(given->second, elementType);
  }
  SmallVector<int64_t> shape;
  for (int i = 0; i < tensor.shape().dim_size(); ++i) {
    FailureOr<int64_t> dim = getDim(input, i);
    if (failed(dim))
      return failure();
    shape.push_back(*dim);
  }
  std::optional<int64_t> count = graph::countElements(shape);
  if (!count || *count > INT64_MAX / 8)
    return error() << "the dimensions of input \"" << input.name()
                   << "\" overflow";
  return RankedTensorType::get(shape, elementType);
}

/// Puts constants in the place of arguments whose values are given.
LogicalResult GraphImporter::bindInputValues() {
  for (const auto &[name, tensor] : options.inputValues) {
    auto argument = scope.values.find(name);
    if (argument == scope.values.end())
      return error() << "has no input \"" << name << "\" to give a value";
    auto type = cast<RankedTensorType>(argument->second.getType());
    if (!exec::hasType(tensor, type))
      return error() << "input \"" << name << "\" is " << type
                     << ", its value a tensor of " << tensor.getTypeString();
    scope.values[name] = graph::ConstantOp::create(
        builder, NameLoc::get(builder.getStringAttr(name)),
        createDense(type, tensor.getBytes()), name);
  }
  return success();
}

FailureOr<func::FuncOp> GraphImporter::createFunction() {
  SmallVector<Type> types;
  for (const onnx::ValueInfoProto *input : inputs) {
    FailureOr<RankedTensorType> type = getInputType(*input);
    if (failed(type))
      return failure();
    types.push_back(*type);
  }
  auto function = func::FuncOp::create(
      builder, NameLoc::get(builder.getStringAttr(graph.name())), "main",
      builder.getFunctionType(types, {}));
  Block *body = function.addEntryBlock();
  SmallVector<DictionaryAttr> attributes;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    attributes.push_back(nameAttribute(input->name()));
    scope.values[input->name()] = body->getArgument(index);
  }
  function.setAllArgAttrs(attributes);
  builder.setInsertionPointToStart(body);
  if (failed(bindInputValues()))
    return failure();
  return function;
}

FailureOr<Value> GraphImporter::readInitializer(StringRef name) {
  llvm::Expected<TypedAttr> attr = initializers.read(initializerIndex[name]);
  if (!attr)
    return error() << "initializer \"" << name
                   << "\": " << llvm::toString(attr.takeError());
  return Value(graph::ConstantOp::create(
      builder, NameLoc::get(builder.getStringAttr(name)), *attr, name));
}

/// Warns if the type that the file gives a value is not the inferred one.
void GraphImporter::warnOfContradiction(const onnx::ValueInfoProto &info,
                                        StringRef what) {
  auto it = scope.values.find(info.name());
  if (it == scope.values.end() || !it->second || !info.type().has_tensor_type())
    return;
  auto inferred = cast<RankedTensorType>(it->second.getType());
  const auto &declared = info.type().tensor_type();
  Type elementType = getElementType(declared.elem_type(), context);
  bool agrees = !elementType || elementType == inferred.getElementType();
  if (declared.has_shape()) {
    agrees &= declared.shape().dim_size() == inferred.getRank();
    for (int i = 0; agrees && i < declared.shape().dim_size(); ++i) {
      const auto &dim = declared.shape().dim(i);
      auto bound = options.dims.find(dim.dim_param());
      if (dim.has_dim_value() && dim.dim_value() >= 0)
        agrees = dim.dim_value() == inferred.getDimSize(i);
      else if (!dim.dim_param().empty() && bound != options.dims.end())
        agrees = bound->second == inferred.getDimSize(i);
    }
  }
  if (!agrees)
    emitWarning(UnknownLoc::get(context))
        << file.path << ": " << what << " \"" << info.name() << "\" is "
        << inferred
        << "; the type that the file declares contradicts this and is ignored";
}

LogicalResult GraphImporter::createReturn(func::FuncOp function) {
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> attributes;
  llvm::StringSet<> names;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    if (!names.insert(output.name()).second)
      return error() << "two outputs are called \"" << output.name() << "\"";
    attributes.push_back(nameAttribute(output.name()));
    FailureOr<Value> value = nodes.getValue(output.name(), scope);
    if (failed(value))
      return failure();
    results.push_back(*value);
    warnOfContradiction(output, "output");
  }
  func::ReturnOp::create(builder, function.getLoc(), results);
  function.setType(builder.getFunctionType(
      function.getFunctionType().getInputs(), TypeRange(ValueRange(results))));
  function.setAllResultAttrs(attributes);
  return success();
}

OwningOpRef<ModuleOp> GraphImporter::run() {
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
  builder.setInsertionPointToEnd(module->getBody());
  if (failed(readOpset()) || failed(collectNames()) || failed(checkDimNames()))
    return {};
  FailureOr<func::FuncOp> function = createFunction();
  if (failed(function))
    return {};
  scope.readInitializer = [this](StringRef name) {
    return readInitializer(name);
  };
  if (failed(nodes.importNodes(graph, scope)))
    return {};
  if (failed(createReturn(*function)))
    return {};
  for (const onnx::ValueInfoProto &info : graph.value_info())
    warnOfContradiction(info, "value");
  eraseUnusedOps(function->getBody().front());
  if (failed(verify(*module)))
    return {};
  return module;
}

} // namespace importer

OwningOpRef<ModuleOp> importOnnx(StringRef path, const ImportOptions &options,
                                 MLIRContext *context) {
  loadImportDialects(context);
  importer::ModelFile file;
  if (llvm::Error error = importer::loadModelFile(path, file)) {
    emitError(UnknownLoc::get(context))
        << path << ": " << llvm::toString(std::move(error));
    return {};
  }
  return importer::GraphImporter(file, options, context).run();
}

void loadImportDialects(MLIRContext *context) {
  context->loadDialect<func::FuncDialect, graph::GraphDialect>();
}

} // namespace wafer
