//===- HostMemory.cpp - host tensors and copies to and from SRAM *- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Machine/HostMemory.h"
#include "dialects/Graph/SeededConstants.h"
#include "wafer/Executor/Constants.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;
using llvm::Error;

const Tensor *HostMemory::get(llvm::StringRef name) const {
  auto it = tensors.find(name);
  return it == tensors.end() ? nullptr : &it->second;
}

Tensor &HostMemory::operator[](pe::HostOp host) {
  return tensors[host.getSymName()];
}

const SeededValues *HostMemory::getDrawn(pe::HostOp host) const {
  auto it = drawn.find(host.getSymName());
  return it == drawn.end() ? nullptr : &it->second;
}

void HostMemory::releaseConstantsExcept(llvm::ArrayRef<pe::HostOp> hosts) {
  llvm::StringSet<> kept;
  for (pe::HostOp host : hosts)
    if (resolved.contains(host.getSymName()))
      kept.insert(host.getSymName());
  for (const auto &entry : resolved)
    if (!kept.contains(entry.getKey()))
      tensors.erase(entry.getKey());
  resolved = std::move(kept);
}

Error HostMemory::prepare(pe::HostOp host) {
  StringRef name = host.getSymName();
  RankedTensorType type = host.getTensorType();
  std::optional<ElementType> elementType =
      getElementType(type.getElementType());
  if (!elementType || countElements(type.getShape()) < 0)
    return llvm::createStringError(describe(host) +
                                   ": no such tensor can be held");
  if (std::string excess =
          describeExcess(type.getShape(), getSizeInBytes(*elementType));
      !excess.empty())
    return llvm::createStringError(describe(host) + " " + excess);
  auto found = tensors.find(name);
  bool isSet = found != tensors.end();
  if (host.getKind() == pe::HostKind::Constant && !isSet) {
    if (!resolver)
      return llvm::createStringError("no value is known for constant @" + name);
    llvm::Expected<Tensor> value = resolver(host);
    if (!value)
      return value.takeError();
    tensors[name] = std::move(*value);
    resolved.insert(name);
    isSet = true;
  }
  if (host.getKind() == pe::HostKind::Gathered) {
    if (Error error = prepareGathered(host))
      return error;
    isSet = true;
  }
  if (!isSet) {
    if (host.getKind() == pe::HostKind::Input)
      return llvm::createStringError("no value is given for input @" + name);
    Tensor &tensor = tensors[name] = Tensor(*elementType, type.getShape());
    tensor.name = name.str();
    MutableArrayRef<uint8_t> bytes = tensor.getMutableBytes();
    std::fill(bytes.begin(), bytes.end(), 0xFF);
  }
  const Tensor &tensor = tensors[name];
  if (!hasType(tensor, type)) {
    std::string expected;
    llvm::raw_string_ostream(expected) << type;
    return llvm::createStringError("host tensor @" + name + " is declared as " +
                                   expected + " but " + tensor.getTypeString() +
                                   " is given");
  }
  return Error::success();
}

/// Declarations that the module's copies and feeds name, each once, those of
/// copies first.
static llvm::SetVector<Operation *> getHosts(const LoadedModule &module,
                                             size_t &numCopied) {
  llvm::SetVector<Operation *> hosts;
  for (const Program &program : module.programs)
    for (const HostCopy &copy : program.copies)
      hosts.insert(pe::HostOp(copy.host));
  numCopied = hosts.size();
  for (const Feed &feed : module.feeds)
    hosts.insert(pe::HostOp(feed.host));
  return hosts;
}

Error HostMemory::prepare(const LoadedModule &module) {
  size_t numCopied;
  llvm::SetVector<Operation *> operations = getHosts(module, numCopied);
  std::vector<pe::HostOp> held;
  drawn.clear();
  for (auto [index, operation] : llvm::enumerate(operations)) {
    auto host = cast<pe::HostOp>(operation);
    StringRef name = host.getSymName();
    auto seeded = dyn_cast_or_null<graph::SeededAttr>(host.getValueAttr());
    bool isDrawn = index >= numCopied && seeded &&
                   host.getTensorType().getElementType().isF32() &&
                   (!tensors.contains(name) || resolved.contains(name));
    if (isDrawn)
      drawn[name] = graph::getSeededValues(seeded);
    else
      held.push_back(host);
  }
  releaseConstantsExcept(held);
  for (pe::HostOp host : held)
    if (Error error = prepare(host))
      return error;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Words for feeds
//===----------------------------------------------------------------------===//

HostWords::HostWords(HostMemory &memory, pe::HostOp host) {
  if (const SeededValues *generator = memory.getDrawn(host)) {
    values = *generator;
    numElements = host.getTensorType().getNumElements();
    return;
  }
  const Tensor &tensor = memory[host];
  numElements = tensor.getNumElements();
  held = tensor.getValues<uint32_t>();
}

void HostWords::read(int64_t index, int64_t stride, int64_t count,
                     uint32_t *out, int64_t pitch) const {
  if (!held.empty()) {
    for (int64_t i = 0; i < count; ++i)
      out[i * pitch] = held[index + i * stride];
    return;
  }
  // Feeds read runs of a row's block, which are short and far apart.
  constexpr int64_t kDrawn = 64;
  float drawn[kDrawn];
  int64_t atOnce = stride == 1 ? kDrawn : 1;
  for (int64_t i = 0; i < count; i += atOnce) {
    int64_t number = std::min(atOnce, count - i);
    values.generate(index + i * stride, MutableArrayRef(drawn, number));
    for (int64_t k = 0; k < number; ++k)
      std::memcpy(out + (i + k) * pitch, &drawn[k], 4);
  }
}

//===----------------------------------------------------------------------===//
// Nests
//===----------------------------------------------------------------------===//

static bool walkNest(const Nest &nest, size_t depth, ExprValues &values,
                     llvm::SmallVectorImpl<int64_t> &outer,
                     llvm::function_ref<bool(const NestRun &)> visit) {
  if (nest.extents.empty())
    return visit({nest.index.eval(values), 0, 1, outer});
  int64_t extent = nest.extents[depth].eval(values);
  int64_t &index = values[machine::kIndex0 + depth];
  if (depth + 1 == nest.extents.size()) {
    index = 0;
    if (std::optional<int64_t> stride =
            nest.index.getFactor(machine::kIndex0 + depth))
      return extent <= 0 ||
             visit({nest.index.eval(values), *stride, extent, outer});
    // Not linear in the innermost index: runs of one element, whose position is
    // told by one more outer index.
    for (index = 0; index < extent; ++index) {
      outer.push_back(index);
      bool goOn = visit({nest.index.eval(values), 0, 1, outer});
      outer.pop_back();
      if (!goOn)
        return false;
    }
    return true;
  }
  for (int64_t i = 0; i < extent; ++i) {
    index = i;
    outer.push_back(i);
    bool goOn = walkNest(nest, depth + 1, values, outer, visit);
    outer.pop_back();
    if (!goOn)
      return false;
  }
  return true;
}

/// The same for nests with steps, from host element `index` on.
static bool walkSteps(const Nest &nest, llvm::ArrayRef<int64_t> extents,
                      int64_t index, llvm::SmallVectorImpl<int64_t> &outer,
                      llvm::function_ref<bool(const NestRun &)> visit) {
  size_t depth = outer.size();
  if (depth + 1 == extents.size())
    return extents[depth] <= 0 ||
           visit({index, nest.steps[depth], extents[depth], outer});
  outer.push_back(0);
  bool goOn = true;
  for (int64_t i = 0; i < extents[depth] && goOn; ++i) {
    outer.back() = i;
    goOn =
        walkSteps(nest, extents, index + i * nest.steps[depth], outer, visit);
  }
  outer.pop_back();
  return goOn;
}

bool exec::forEachRun(const Nest &nest, ExprValues values,
                      llvm::function_ref<bool(const NestRun &)> visit) {
  llvm::SmallVector<int64_t, 8> outer;
  if (!nest.steps.empty()) {
    std::fill(values.begin() + machine::kIndex0, values.end(), 0);
    llvm::SmallVector<int64_t, 4> extents;
    for (const Expr &extent : nest.extents)
      extents.push_back(extent.eval(values));
    return walkSteps(nest, extents, nest.index.eval(values), outer, visit);
  }
  return walkNest(nest, 0, values, outer, visit);
}

int64_t exec::countPoints(const Nest &nest, const ExprValues &values) {
  int64_t points = 0;
  forEachRun(nest, values, [&](const NestRun &run) {
    points += run.count;
    return true;
  });
  return points;
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

template <typename T>
static void copyRun(T *host, int64_t hostStride, PEMemory memory,
                    int64_t address, int64_t strideInBytes, int64_t count,
                    bool isStore) {
  constexpr int64_t kPerWord = 4 / sizeof(T);
  for (int64_t i = 0; i < count; ++i) {
    int64_t at = address + i * strideInBytes - memory.base;
    T *element =
        reinterpret_cast<T *>(memory.words + (at >> 2) * memory.pitch) +
        (at & 3) / sizeof(T) % kPerWord;
    if (isStore)
      std::memcpy(host + i * hostStride, element, sizeof(T));
    else
      std::memcpy(element, host + i * hostStride, sizeof(T));
  }
}

/// True if elements first, first + stride, ... (count of them) lie in [0,
/// size).
static bool isInside(int64_t first, int64_t stride, int64_t count,
                     int64_t size) {
  int64_t last = first + (count - 1) * stride;
  return std::min(first, last) >= 0 && std::max(first, last) < size;
}

HostCopier::HostCopier(const HostCopy &copy, Tensor &host, int64_t launch)
    : copy(&copy), host(&host), launch(launch) {
  uint32_t dims = copy.nest.index.getDims() | copy.memory.offset.getDims();
  for (const Expr &extent : copy.nest.extents)
    dims |= extent.getDims();
  dependsOnX = dims >> machine::kX & 1;
  dependsOnY = dims >> machine::kY & 1;
}

std::vector<std::vector<HostCopier>>
exec::makeCopiers(const LoadedModule &module, HostMemory &memory,
                  int64_t launch) {
  std::vector<std::vector<HostCopier>> copiers;
  for (const Program &program : module.programs) {
    std::vector<HostCopier> &own = copiers.emplace_back();
    for (const HostCopy &copy : program.copies)
      own.emplace_back(copy, memory[copy.host], launch);
  }
  return copiers;
}

Error HostCopier::findRuns(Point p) {
  runs.clear();
  foundFor.reset();
  ExprValues values = {p.x, p.y, launch};
  int64_t offset = copy->memory.offset.eval(values);
  std::string problem;
  forEachRun(copy->nest, values, [&](const NestRun &run) {
    int64_t element = offset;
    for (auto [index, stride] : llvm::zip(run.outer, copy->strides))
      element += index * stride;
    int64_t stride = run.outer.size() < copy->strides.size()
                         ? copy->strides[run.outer.size()]
                         : 0;
    bool isHostFine =
        isInside(run.index, run.stride, run.count, host->getNumElements());
    if (!isHostFine ||
        !isInside(element, stride, run.count, copy->memory.size)) {
      llvm::raw_string_ostream os(problem);
      os << "PE " << p << ": " << run.count << " elements from "
         << (isHostFine ? element : run.index) << " on, "
         << (isHostFine ? stride : run.stride) << " apart, lie outside "
         << (isHostFine
                 ? "buffer @" + copy->memory.buffer.str()
                 : "host tensor @" + pe::HostOp(copy->host).getSymName().str())
         << " of " << (isHostFine ? copy->memory.size : host->getNumElements())
         << " elements: " << describe(copy->op);
      return false;
    }
    runs.push_back({run.index, run.stride, run.count, element, stride});
    return true;
  });
  if (!problem.empty())
    return llvm::createStringError(problem);
  foundFor = p;
  return Error::success();
}

Error HostCopier::run(PEMemory memory, Point p, uint64_t &bytes) {
  if (!foundFor || (dependsOnX && p.x != foundFor->x) ||
      (dependsOnY && p.y != foundFor->y))
    if (Error error = findRuns(p))
      return error;
  int64_t elementBytes = getBytes(copy->memory.type);
  uint8_t *data = copy->isStore
                      ? host->getMutableBytes().data()
                      : const_cast<uint8_t *>(host->getBytes().data());
  for (const Run &run : runs) {
    int64_t address = copy->memory.address + run.element * elementBytes;
    int64_t stride = run.elementStride * elementBytes;
    if (elementBytes == 4)
      copyRun(reinterpret_cast<uint32_t *>(data) + run.index, run.stride,
              memory, address, stride, run.count, copy->isStore);
    else
      copyRun(reinterpret_cast<uint16_t *>(data) + run.index, run.stride,
              memory, address, stride, run.count, copy->isStore);
    bytes += run.count * elementBytes;
  }
  return Error::success();
}
