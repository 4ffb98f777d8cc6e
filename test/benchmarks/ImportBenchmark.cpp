//===- ImportBenchmark.cpp - time and memory of large files -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Imports generated models and brings them to phase `graph`:
//   Soup/N          what exporters write, N nodes: products and sums, and
//   between
//                   them reshapes whose shapes are computed by Shape, Gather,
//                   Unsqueeze and Concat;
//   SoupReversed/N  the same, the last node first;
//   External/G      one product with a weight of G GiB of external data, all
//                   bytes of which are in the file.
// `nodes/s` should not fall with N. `rss_MiB` is the peak of the process: only
// the first benchmark of a process shows its own (--benchmark_filter).
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "wafer/Import/OnnxImport.h"
#include "wafer/Pipeline/Phases.h"
#include "wafer/Pipeline/Registration.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <benchmark/benchmark.h>
#include <onnx/onnx_pb.h>
#include <sys/resource.h>

using namespace wafer;

namespace {

constexpr int64_t kRows = 8, kWidth = 64;

/// A folder that is gone at the end.
struct Folder {
  llvm::SmallString<128> path;
  Folder() { llvm::sys::fs::createUniqueDirectory("import-benchmark", path); }
  ~Folder() { llvm::sys::fs::remove_directories(path); }
};

class ModelBuilder {
public:
  onnx::ModelProto model;

  ModelBuilder() {
    model.set_ir_version(8);
    model.add_opset_import()->set_version(17);
    graph().set_name("generated");
  }
  onnx::GraphProto &graph() { return *model.mutable_graph(); }

  void setType(onnx::ValueInfoProto &info, const std::string &name,
               std::initializer_list<int64_t> shape) {
    info.set_name(name);
    auto *tensor = info.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto::FLOAT);
    for (int64_t dim : shape)
      tensor->mutable_shape()->add_dim()->set_dim_value(dim);
  }
  onnx::NodeProto &addNode(const char *op,
                           std::initializer_list<std::string> inputs,
                           std::string &output) {
    onnx::NodeProto &node = *graph().add_node();
    node.set_op_type(op);
    for (const std::string &input : inputs)
      node.add_input(input);
    output =
        "/layer/" + std::string(op) + "_" + std::to_string(graph().node_size());
    node.set_name(output);
    node.add_output(output);
    return node;
  }
  onnx::TensorProto &addInitializer(const std::string &name, int32_t type,
                                    std::initializer_list<int64_t> shape) {
    onnx::TensorProto &tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (int64_t dim : shape)
      tensor.add_dims(dim);
    return tensor;
  }
  /// The file's path.
  std::string write(const Folder &folder) {
    std::string path = (folder.path + "/model.onnx").str();
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << model.SerializeAsString();
    return path;
  }
};

/// One block of 7 nodes: reshape(x, concat(unsqueeze(gather(shape(x), 0)),
/// [64]))·w + b. Returns the name of its result.
std::string addBlock(ModelBuilder &builder, const std::string &x) {
  std::string shape, rows, list, target, reshaped, product, sum;
  builder.addNode("Shape", {x}, shape);
  builder.addNode("Gather", {shape, "zero"}, rows);
  builder.addNode("Unsqueeze", {rows, "axes"}, list);
  onnx::NodeProto &concat = builder.addNode("Concat", {list, "width"}, target);
  onnx::AttributeProto &axis = *concat.add_attribute();
  axis.set_name("axis");
  axis.set_type(onnx::AttributeProto::INT);
  axis.set_i(0);
  builder.addNode("Reshape", {x, target}, reshaped);
  builder.addNode("MatMul", {reshaped, "w"}, product);
  builder.addNode("Add", {product, "b"}, sum);
  return sum;
}

onnx::ModelProto makeSoup(int64_t nodes, bool reversed) {
  ModelBuilder builder;
  builder.setType(*builder.graph().add_input(), "x", {kRows, kWidth});
  builder.addInitializer("zero", onnx::TensorProto::INT64, {})
      .add_int64_data(0);
  builder.addInitializer("axes", onnx::TensorProto::INT64, {1})
      .add_int64_data(0);
  builder.addInitializer("width", onnx::TensorProto::INT64, {1})
      .add_int64_data(kWidth);
  builder.addInitializer("w", onnx::TensorProto::FLOAT, {kWidth, kWidth})
      .set_raw_data(std::string(kWidth * kWidth * 4, '\0'));
  builder.addInitializer("b", onnx::TensorProto::FLOAT, {kWidth})
      .set_raw_data(std::string(kWidth * 4, '\0'));
  std::string x = "x";
  while (builder.graph().node_size() < nodes)
    x = addBlock(builder, x);
  builder.setType(*builder.graph().add_output(), x, {kRows, kWidth});
  if (reversed) {
    auto *all = builder.graph().mutable_node();
    std::reverse(all->pointer_begin(), all->pointer_end());
  }
  return std::move(builder.model);
}

double getPeakInMiB() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void importAndNormalise(benchmark::State &state, const std::string &file) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  double before = getPeakInMiB();
  for (auto _ : state) {
    mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
    mlir::OwningOpRef<mlir::ModuleOp> module =
        importOnnx(file, ImportOptions(), &context);
    mlir::PassManager passes(&context);
    buildPhase(passes, Phase::Graph, PipelineOptions());
    if (!module || mlir::failed(passes.run(*module)))
      return state.SkipWithError("the model cannot be imported");
  }
  state.counters["rss_MiB"] = getPeakInMiB();
  state.counters["rss_grown_MiB"] = getPeakInMiB() - before;
}

void importSoup(benchmark::State &state, bool reversed) {
  Folder folder;
  ModelBuilder builder;
  builder.model = makeSoup(state.range(0), reversed);
  int64_t nodes = builder.graph().node_size();
  std::string file = builder.write(folder);
  importAndNormalise(state, file);
  state.counters["nodes/s"] =
      benchmark::Counter(static_cast<double>(nodes),
                         benchmark::Counter::kIsIterationInvariantRate);
}

void Soup(benchmark::State &state) { importSoup(state, false); }
void SoupReversed(benchmark::State &state) { importSoup(state, true); }

void External(benchmark::State &state) {
  constexpr int64_t kMiB = 1 << 20, kColumns = 8192;
  int64_t bytes = state.range(0) * 1024 * kMiB;
  Folder folder;
  {
    std::error_code error;
    llvm::raw_fd_ostream stream((folder.path + "/weights.bin").str(), error);
    std::string block(kMiB, '\x3e');
    for (int64_t at = 0; at < bytes; at += kMiB)
      stream << block;
  }
  ModelBuilder builder;
  int64_t rows = bytes / 4 / kColumns;
  builder.setType(*builder.graph().add_input(), "x", {kRows, rows});
  onnx::TensorProto &weight =
      builder.addInitializer("w", onnx::TensorProto::FLOAT, {rows, kColumns});
  weight.set_data_location(onnx::TensorProto::EXTERNAL);
  onnx::StringStringEntryProto &location = *weight.add_external_data();
  location.set_key("location");
  location.set_value("weights.bin");
  std::string y;
  builder.addNode("MatMul", {"x", "w"}, y);
  builder.setType(*builder.graph().add_output(), y, {kRows, kColumns});
  importAndNormalise(state, builder.write(folder));
}

BENCHMARK(Soup)->Arg(20000)->Arg(200000)->Unit(benchmark::kMillisecond);
BENCHMARK(SoupReversed)->Arg(20000)->Unit(benchmark::kMillisecond);
BENCHMARK(External)->Arg(2)->Unit(benchmark::kMillisecond);

} // namespace
