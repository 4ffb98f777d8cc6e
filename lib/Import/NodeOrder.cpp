//===- NodeOrder.cpp - order of import --------------------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeOrder.h"
#include "Node.h"

using namespace llvm;

namespace wafer::importer {
namespace {

class Orderer {
public:
  Orderer(const onnx::GraphProto &graph, const StringSet<> &known)
      : graph(graph), known(known), state(graph.node_size(), State::New) {}

  Expected<std::vector<int>> run();

private:
  enum class State : uint8_t { New, Open, Done };

  const onnx::GraphProto &graph;
  const StringSet<> &known;
  /// The node that computes a value, by the value's name.
  StringMap<int> producers;
  std::vector<State> state;
  std::vector<bool> isNeeded;
  std::vector<int> order;

  static Error makeError(const Twine &message) {
    return createStringError(inconvertibleErrorCode(), message);
  }
  Error findProducers();
  Error visit(int root);
};

} // namespace

Error Orderer::findProducers() {
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string &output : graph.node(i).output()) {
      if (output.empty())
        continue;
      auto [it, isNew] = producers.try_emplace(output, i);
      if (!isNew)
        return makeError(describeNode(graph.node(i)) + ": value \"" + output +
                         "\" is also computed by " +
                         describeNode(graph.node(it->second)));
      if (known.contains(output))
        return makeError(describeNode(graph.node(i)) + ": value \"" + output +
                         "\" is also an input or initializer of the graph");
    }
  }
  return Error::success();
}

/// Depth first with a stack of its own: graphs are deeper than the machine's.
Error Orderer::visit(int root) {
  struct Frame {
    int node, nextInput;
  };
  SmallVector<Frame> stack;
  if (state[root] == State::New)
    stack.push_back({root, 0});
  state[root] = state[root] == State::New ? State::Open : state[root];
  while (!stack.empty()) {
    Frame &frame = stack.back();
    const onnx::NodeProto &node = graph.node(frame.node);
    if (frame.nextInput == node.input_size()) {
      state[frame.node] = State::Done;
      order.push_back(frame.node);
      stack.pop_back();
      continue;
    }
    const std::string &input = node.input(frame.nextInput++);
    if (input.empty() || known.contains(input))
      continue;
    auto producer = producers.find(input);
    if (producer == producers.end())
      return makeError(
          describeNode(node) + ": input \"" + input +
          "\" is computed by no node and is neither an input nor an "
          "initializer of the graph");
    int next = producer->second;
    if (state[next] == State::Open)
      return makeError(describeNode(node) +
                       ": the graph is cyclic: it needs value \"" + input +
                       "\" of " + describeNode(graph.node(next)) +
                       ", which depends on it");
    if (state[next] == State::New) {
      state[next] = State::Open;
      stack.push_back({next, 0});
    }
  }
  return Error::success();
}

Expected<std::vector<int>> Orderer::run() {
  if (Error error = findProducers())
    return std::move(error);
  // What the outputs need.
  isNeeded.assign(graph.node_size(), false);
  for (const onnx::ValueInfoProto &output : graph.output()) {
    auto producer = producers.find(output.name());
    if (producer == producers.end()) {
      if (known.contains(output.name()))
        continue;
      return makeError("output \"" + output.name() +
                       "\" is computed by no node");
    }
    if (Error error = visit(producer->second))
      return std::move(error);
  }
  for (int node : order)
    isNeeded[node] = true;
  // The file's order where it is one; else another visit in the file's order,
  // which moves only the nodes that stand too early.
  order.clear();
  state.assign(graph.node_size(), State::New);
  for (int i = 0; i < graph.node_size(); ++i)
    if (isNeeded[i])
      if (Error error = visit(i))
        return std::move(error);
  return order;
}

Expected<std::vector<int>> orderNodes(const onnx::GraphProto &graph,
                                      const StringSet<> &known) {
  return Orderer(graph, known).run();
}

} // namespace wafer::importer
