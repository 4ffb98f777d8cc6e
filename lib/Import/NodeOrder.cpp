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
  Orderer(const onnx::GraphProto &graph, NamePredicate isKnown)
      : graph(graph), isKnown(isKnown), state(graph.node_size(), State::New) {}

  Expected<std::vector<int>> run();

private:
  enum class State : uint8_t { New, Open, Done };

  const onnx::GraphProto &graph;
  NamePredicate isKnown;
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

/// Names that the subgraphs of `node` use.
static void collectCaptured(const onnx::NodeProto &node,
                            SmallVectorImpl<StringRef> &names) {
  auto collect = [&](const onnx::GraphProto &graph) {
    for (const onnx::NodeProto &inner : graph.node()) {
      for (const std::string &input : inner.input())
        names.push_back(input);
      collectCaptured(inner, names);
    }
    for (const onnx::ValueInfoProto &output : graph.output())
      names.push_back(output.name());
  };
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      collect(attribute.g());
    for (const onnx::GraphProto &graph : attribute.graphs())
      collect(graph);
  }
}

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
      if (isKnown(output))
        return makeError(describeNode(graph.node(i)) + ": value \"" + output +
                         "\" is also an input or initializer of the graph");
    }
  }
  return Error::success();
}

/// Depth first with a stack of its own: graphs are deeper than the machine's.
Error Orderer::visit(int root) {
  struct Frame {
    int node;
    size_t nextInput;
    SmallVector<StringRef, 4> inputs;
    /// From here on inputs are names that subgraphs use: some are their own.
    size_t firstCaptured;
  };
  auto open = [&](int node) {
    Frame frame = {node, 0, {}, 0};
    for (const std::string &input : graph.node(node).input())
      frame.inputs.push_back(input);
    frame.firstCaptured = frame.inputs.size();
    collectCaptured(graph.node(node), frame.inputs);
    return frame;
  };
  SmallVector<Frame> stack;
  if (state[root] == State::New)
    stack.push_back(open(root));
  state[root] = state[root] == State::New ? State::Open : state[root];
  while (!stack.empty()) {
    Frame &frame = stack.back();
    const onnx::NodeProto &node = graph.node(frame.node);
    if (frame.nextInput == frame.inputs.size()) {
      state[frame.node] = State::Done;
      order.push_back(frame.node);
      stack.pop_back();
      continue;
    }
    bool isCaptured = frame.nextInput >= frame.firstCaptured;
    StringRef input = frame.inputs[frame.nextInput++];
    if (input.empty() || isKnown(input))
      continue;
    auto producer = producers.find(input);
    if (producer == producers.end() && isCaptured)
      continue;
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
      stack.push_back(open(next));
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
      if (isKnown(output.name()))
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
                                      NamePredicate isKnown) {
  return Orderer(graph, isKnown).run();
}

} // namespace wafer::importer
