//===- ExternalData.cpp - constants that stay in their files -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/ExternalData.h"
#include "dialects/Graph/Graph.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/xxhash.h"
#include <sys/mman.h>

using namespace mlir;
namespace path = llvm::sys::path;

namespace wafer::graph {

static constexpr size_t kHashWholeBelow = size_t(64) << 20;
static constexpr size_t kSampleStride = size_t(1) << 20;
static constexpr size_t kSampleSize = size_t(4) << 10;

/// Tells the kernel how the pages within `bytes` will be read. Without this it
/// takes samples for a sequential read and fetches all that is between them.
static void advise(ArrayRef<uint8_t> bytes, int advice) {
  uintptr_t page = llvm::sys::Process::getPageSizeEstimate();
  uintptr_t begin =
      llvm::alignTo(reinterpret_cast<uintptr_t>(bytes.begin()), page);
  uintptr_t end =
      llvm::alignDown(reinterpret_cast<uintptr_t>(bytes.end()), page);
  if (begin < end) // a hint: failure changes nothing
    (void)posix_madvise(reinterpret_cast<void *>(begin), end - begin, advice);
}

std::string hashExternalData(ArrayRef<uint8_t> bytes) {
  uint64_t hash;
  if (bytes.size() <= kHashWholeBelow) {
    hash = llvm::xxh3_64bits(bytes);
  } else {
    std::vector<uint8_t> sample;
    advise(bytes, POSIX_MADV_RANDOM);
    sample.reserve((bytes.size() / kSampleStride + 2) * kSampleSize);
    for (size_t at = 0; at < bytes.size(); at += kSampleStride) {
      ArrayRef<uint8_t> page = bytes.drop_front(at);
      page = page.take_front(std::min(kSampleSize, page.size()));
      sample.insert(sample.end(), page.begin(), page.end());
    }
    ArrayRef<uint8_t> tail = bytes.take_back(kSampleSize);
    sample.insert(sample.end(), tail.begin(), tail.end());
    advise(bytes, POSIX_MADV_NORMAL);
    hash = llvm::xxh3_64bits(ArrayRef<uint8_t>(sample));
  }
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format_hex_no_prefix(hash, 16);
  return text;
}

/// Makes `dir` absolute and removes "." and "..".
static LogicalResult normalise(StringRef dir, SmallVectorImpl<char> &result) {
  result.assign(dir.begin(), dir.end());
  if (llvm::sys::fs::make_absolute(result))
    return failure();
  path::remove_dots(result, /*remove_dot_dot=*/true);
  return success();
}

/// `file` (absolute) as seen from `dir` (absolute).
static std::string makeRelative(StringRef file, StringRef dir) {
  auto fileIt = path::begin(file), fileEnd = path::end(file);
  auto dirIt = path::begin(dir), dirEnd = path::end(dir);
  while (fileIt != fileEnd && dirIt != dirEnd && *fileIt == *dirIt)
    ++fileIt, ++dirIt;
  SmallString<128> result;
  for (; dirIt != dirEnd; ++dirIt)
    path::append(result, "..");
  for (; fileIt != fileEnd; ++fileIt)
    path::append(result, *fileIt);
  return std::string(result);
}

LogicalResult rebaseExternalPaths(Operation *module, StringRef fromDir,
                                  StringRef toDir) {
  SmallString<128> from, to;
  if (failed(normalise(fromDir, from)) || failed(normalise(toDir, to)))
    return module->emitError("the working directory is unknown");
  if (from == to)
    return success();
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](ExternalAttr attr) -> Attribute {
    if (path::is_absolute(attr.getPath()))
      return attr;
    SmallString<128> file = from;
    path::append(file, attr.getPath());
    path::remove_dots(file, /*remove_dot_dot=*/true);
    return ExternalAttr::get(attr.getContext(), makeRelative(file, to),
                             attr.getOffset(), attr.getSize(), attr.getHash(),
                             attr.getType());
  });
  replacer.recursivelyReplaceElementsIn(module);
  return success();
}

} // namespace wafer::graph
