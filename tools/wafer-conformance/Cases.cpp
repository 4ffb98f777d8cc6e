//===- Cases.cpp - the test cases in a tree of folders -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cases.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace wafer::conformance {

/// In order of preference: a shape or axis that is an input becomes a constant
/// in the first, symbolic dimensions are bound in the second.
static constexpr StringLiteral kModels[] = {"model_folded.onnx",
                                            "model_static.onnx", "model.onnx"};
/// Deeper trees are no test suites (a link may lead to its own folder).
static constexpr unsigned kMaxDepth = 16;

static std::string joinPath(StringRef folder, const Twine &file) {
  SmallString<256> result(folder);
  path::append(result, file);
  return std::string(result);
}

static std::string joinNames(StringRef parent, StringRef name) {
  return parent.empty() ? name.str() : (parent + "/" + name).str();
}

/// True for NAME.onnx beside NAME_output_0.pb.
static bool isNamedModel(StringRef folder, StringRef file) {
  return path::extension(file) == ".onnx" && !is_contained(kModels, file) &&
         fs::exists(joinPath(folder, path::stem(file) + "_output_0.pb"));
}

static void findIn(const std::string &folder, const std::string &name,
                   unsigned depth, std::vector<Case> &cases) {
  for (StringRef model : kModels)
    if (fs::exists(joinPath(folder, model))) {
      cases.push_back({name, folder, model.str()});
      break;
    }
  std::error_code error;
  bool hasOutputs = fs::exists(joinPath(folder, "logits.npy"));
  for (fs::directory_iterator it(folder, error), end; it != end && !error;
       it.increment(error)) {
    StringRef file = path::filename(it->path());
    if (file.starts_with("."))
      continue;
    if (fs::is_directory(it->path())) {
      if (depth < kMaxDepth && !file.starts_with("test_data_set_"))
        findIn(it->path(), joinNames(name, file), depth + 1, cases);
    } else if ((hasOutputs && path::extension(file) == ".mlir") ||
               isNamedModel(folder, file)) {
      cases.push_back({joinNames(name, path::stem(file)), folder, file.str()});
    }
  }
}

std::vector<Case> findCases(StringRef root) {
  std::vector<Case> cases;
  findIn(root.rtrim('/').str(), "", 0, cases);
  for (Case &found : cases)
    if (found.name.empty())
      found.name = path::filename(root.rtrim('/')).str();
  llvm::sort(cases, [](const Case &a, const Case &b) {
    return std::tie(a.name, a.model) < std::tie(b.name, b.model);
  });
  return cases;
}

/// The files PREFIX_0.pb, PREFIX_1.pb ... of a folder up to the last one; those
/// that are missing in between are empty.
static std::vector<std::string> findNumbered(StringRef folder,
                                             StringRef prefix) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; it != end && !error;
       it.increment(error)) {
    StringRef name = path::filename(it->path());
    size_t index;
    constexpr size_t kMaxFiles = 65536;
    if (!name.consume_front(prefix) || !name.consume_back(".pb") ||
        name.getAsInteger(10, index) || index >= kMaxFiles)
      continue;
    if (files.size() <= index)
      files.resize(index + 1);
    files[index] = it->path();
  }
  return files;
}

static std::string findArray(StringRef folder, StringRef name,
                             StringRef fallback) {
  for (StringRef stem : {name, fallback}) {
    std::string file = joinPath(folder, stem + ".npy");
    if (!stem.empty() && fs::exists(file))
      return file;
  }
  return "";
}

std::vector<DataSet> findDataSets(const Case &test,
                                  ArrayRef<std::string> inputNames,
                                  ArrayRef<std::string> outputNames) {
  StringRef folder = test.folder;
  if (isNamedModel(folder, test.model)) {
    std::string stem = path::stem(test.model).str();
    DataSet stored = {"", findNumbered(folder, stem + "_input_"),
                      findNumbered(folder, stem + "_output_")};
    stored.hasRamps = stored.inputs.empty();
    return {stored};
  }
  std::vector<DataSet> sets;
  for (unsigned i = 0;; ++i) {
    std::string name = "test_data_set_" + std::to_string(i);
    std::string data = joinPath(folder, name);
    if (!fs::is_directory(data))
      break;
    sets.push_back(
        {name, findNumbered(data, "input_"), findNumbered(data, "output_")});
  }
  if (!sets.empty())
    return sets;
  DataSet arrays;
  for (const std::string &name : inputNames)
    arrays.inputs.push_back(findArray(folder, name, "input_ids"));
  for (const std::string &name : outputNames)
    arrays.outputs.push_back(findArray(folder, name, "logits"));
  bool hasAny = llvm::any_of(
      arrays.outputs, [](const std::string &file) { return !file.empty(); });
  if (hasAny)
    sets.push_back(std::move(arrays));
  return sets;
}

} // namespace wafer::conformance
