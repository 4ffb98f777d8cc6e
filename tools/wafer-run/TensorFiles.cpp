//===- TensorFiles.cpp - files for inputs and outputs -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorFiles.h"

#include "wafer/Executor/Constants.h"
#include "wafer/Executor/File/ModuleFile.h"
#include "wafer/Executor/TensorIO.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <random>

using namespace llvm;
using wafer::exec::ElementType;
using wafer::exec::makeFileError;
using wafer::exec::Tensor;

namespace wafer::run {

static std::string listNames(ArrayRef<Port> ports) {
  if (ports.empty())
    return "there are none";
  std::string text = "there are ";
  if (ports.size() == 1)
    text = "there is ";
  raw_string_ostream stream(text);
  interleaveComma(ports, stream,
                  [&](const Port &port) { stream << '"' << port.name << '"'; });
  return text;
}

static std::string getTypeString(mlir::RankedTensorType type) {
  // Of a tensor that may be too large to be made.
  Tensor tensor;
  tensor.elementType = *exec::getElementType(type.getElementType());
  tensor.shape.assign(type.getShape().begin(), type.getShape().end());
  return tensor.getTypeString();
}

namespace {

/// Gives the files of one kind to the ports, one each.
class PortAssignment {
public:
  PortAssignment(ArrayRef<Port> ports, StringRef kind)
      : ports(ports), kind(kind), isTaken(ports.size(), false) {}

  /// Splits `[NAME=]FILE`. Names and files may both hold "=": the longest
  /// prefix that is a port's name counts.
  Expected<PortFile> split(StringRef argument) {
    for (size_t at = argument.rfind('='); at != StringRef::npos;
         at = argument.take_front(at).rfind('=')) {
      if (std::optional<unsigned> port = find(argument.take_front(at)))
        return take(*port, argument.drop_front(at + 1));
    }
    // A file whose name holds "=" is one if it exists.
    if (argument.contains('=') && !sys::fs::exists(argument))
      return makeError("no " + kind + " is named \"" +
                       argument.split('=').first + "\": " + listNames(ports));
    return PortFile{kNoPort, argument.str(), {}};
  }

  /// The port that a file without a name goes to.
  Error assign(PortFile &file, StringRef ownName) {
    std::optional<unsigned> port = find(ownName);
    for (unsigned i = 0; !port && i < ports.size(); ++i)
      if (!isTaken[i])
        port = i;
    if (!port)
      return makeError(file.path + ": more files than " + kind +
                       "s: " + listNames(ports));
    Expected<PortFile> taken = take(*port, file.path);
    if (!taken)
      return taken.takeError();
    file.port = *port;
    return Error::success();
  }

  static constexpr unsigned kNoPort = ~0u;

private:
  ArrayRef<Port> ports;
  StringRef kind;
  SmallVector<bool> isTaken;

  static Error makeError(const Twine &message) {
    return createStringError(inconvertibleErrorCode(), message);
  }

  std::optional<unsigned> find(StringRef name) {
    for (auto [index, port] : enumerate(ports))
      if (port.name == name)
        return index;
    return std::nullopt;
  }

  Expected<PortFile> take(unsigned port, StringRef path) {
    if (isTaken[port])
      return makeError(kind + " \"" + ports[port].name +
                       "\" is given a second file, " + path);
    isTaken[port] = true;
    return PortFile{port, path.str(), {}};
  }
};

} // namespace

/// Checks that a file fits its port; brings floats to the port's type.
static Error checkType(PortFile &file, const Port &port, StringRef kind) {
  ElementType declared = *exec::getElementType(port.type.getElementType());
  Tensor &tensor = file.tensor;
  // .npy files have no bf16; numpy's default is f64: any float type will do
  // for an expectation, and f32 for a bf16 input.
  bool isSameType = tensor.elementType == declared;
  bool isFloatPair =
      exec::isFloat(tensor.elementType) && exec::isFloat(declared);
  bool isAccepted =
      isSameType || (isFloatPair && (kind == "output" ||
                                     (declared == ElementType::BF16 &&
                                      tensor.elementType == ElementType::F32)));
  if (ArrayRef<int64_t>(tensor.shape) != port.type.getShape() || !isAccepted)
    return makeFileError(file.path, kind + " \"" + port.name + "\" is " +
                                        getTypeString(port.type) +
                                        ", the file holds " +
                                        tensor.getTypeString());
  if (kind == "input")
    tensor = tensor.convertedTo(declared);
  return Error::success();
}

Expected<SmallVector<PortFile>> readPortFiles(ArrayRef<std::string> arguments,
                                              ArrayRef<Port> ports,
                                              StringRef kind) {
  PortAssignment assignment(ports, kind);
  SmallVector<PortFile> files;
  for (StringRef argument : arguments) {
    Expected<PortFile> file = assignment.split(argument);
    if (!file)
      return file.takeError();
    Expected<Tensor> tensor = exec::readTensor(file->path);
    if (!tensor)
      return tensor.takeError();
    file->tensor = std::move(*tensor);
    files.push_back(std::move(*file));
  }
  // Names first, whatever the order of the arguments.
  for (bool withOwnName : {true, false}) {
    for (PortFile &file : files) {
      bool named = any_of(ports, [&](const Port &port) {
        return port.name == file.tensor.name;
      });
      if (file.port != PortAssignment::kNoPort || named != withOwnName)
        continue;
      if (Error error = assignment.assign(file, file.tensor.name))
        return error;
    }
  }
  for (PortFile &file : files)
    if (Error error = checkType(file, ports[file.port], kind))
      return error;
  return files;
}

Expected<SmallVector<PortFile>> planOutputFiles(ArrayRef<std::string> arguments,
                                                ArrayRef<Port> ports) {
  PortAssignment assignment(ports, "output");
  SmallVector<PortFile> files;
  for (StringRef argument : arguments) {
    Expected<PortFile> file = assignment.split(argument);
    if (!file)
      return file.takeError();
    StringRef extension = sys::path::extension(file->path);
    if (extension != ".npy" && extension != ".pb")
      return makeFileError(file->path, "not a tensor file by its extension, "
                                       "expected .npy or .pb");
    if (Error error = exec::checkWritable(file->path))
      return error;
    files.push_back(std::move(*file));
  }
  for (PortFile &file : files)
    if (file.port == PortAssignment::kNoPort)
      if (Error error = assignment.assign(file, ""))
        return error;
  return files;
}

/// Floats in [-1, 1), integers 0 or 1, the same on every host.
static Tensor makeRandomTensor(const Port &port, std::mt19937_64 &generator) {
  ElementType type = *exec::getElementType(port.type.getElementType());
  Tensor tensor(type, port.type.getShape());
  for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
    // 24 bits: exact in every step of f32 and f64.
    double unit = static_cast<double>(generator() >> 40) / (1 << 24);
    tensor.setFromDouble(i, exec::isFloat(type) ? 2 * unit - 1 : unit >= 0.5);
  }
  return tensor;
}

Expected<SmallVector<Tensor>> readInputs(const Options &options,
                                         ArrayRef<Port> ports) {
  Expected<SmallVector<PortFile>> files =
      readPortFiles(options.inputs, ports, "input");
  if (!files)
    return files.takeError();
  SmallVector<Tensor> tensors(ports.size());
  SmallVector<bool> isGiven(ports.size(), false);
  for (PortFile &file : *files) {
    tensors[file.port] = std::move(file.tensor);
    isGiven[file.port] = true;
  }
  std::mt19937_64 generator(options.seed);
  for (auto [index, port] : enumerate(ports)) {
    if (!isGiven[index] && !options.randomInputs)
      return createStringError(inconvertibleErrorCode(),
                               "input \"" + port.name + "\" (" +
                                   getTypeString(port.type) +
                                   ") is missing: give --input " + port.name +
                                   "=FILE or --random-inputs");
    std::string excess = exec::describeExcess(port.type.getShape());
    if (!isGiven[index] && !excess.empty())
      return createStringError(inconvertibleErrorCode(),
                               "input \"" + port.name + "\" (" +
                                   getTypeString(port.type) + ") " + excess);
    if (!isGiven[index])
      tensors[index] = makeRandomTensor(port, generator);
    tensors[index].name = port.name;
  }
  return tensors;
}

} // namespace wafer::run
