//===- ModuleFile.cpp - files of IR and compiled programs -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/File/ModuleFile.h"

#include "dialects/Graph/Graph.h"
#include "dialects/Machine/Machine.h"
#include "dialects/PE/PE.h"
#include "dialects/Wafer/Wafer.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "wafer/Executor/TensorIO.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace wafer::exec {

/// Stands before the version in the producer field of the bytecode's header:
/// readable whatever the attributes and ops of a newer version look like.
static constexpr llvm::StringLiteral kProducerPrefix = "wafer-file ";
/// The version whose headers have a checksum first.
static constexpr int64_t kFirstWithChecksum = 3;
/// Stands in the header until the content is known.
static constexpr llvm::StringLiteral kNoChecksum = "0000000000000000";

void registerFileDialects(DialectRegistry &registry) {
  registry.insert<func::FuncDialect, machine::MachineDialect,
                  graph::GraphDialect, pe::PEDialect, mesh::WaferDialect>();
}

std::string getFolder(StringRef path) {
  return path == "-" ? "" : llvm::sys::path::parent_path(path).str();
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readFileOrStdin(StringRef path) {
  if (path != "-" && llvm::sys::fs::is_directory(path))
    return makeFileError(path, "is a folder, expected a file");
  // /dev/zero has no end.
  llvm::sys::fs::file_status status;
  if (path != "-" && !llvm::sys::fs::status(path, status) &&
      (status.type() == llvm::sys::fs::file_type::character_file ||
       status.type() == llvm::sys::fs::file_type::block_file))
    return makeFileError(path, "is a device, expected a file");
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path);
  if (!buffer)
    return makeFileError(path, buffer.getError().message());
  return std::move(*buffer);
}

llvm::Error checkWritable(StringRef path) {
  if (path == "-")
    return llvm::Error::success();
  if (llvm::sys::fs::is_directory(path))
    return makeFileError(path, "is a folder, expected a file to write");
  if (llvm::sys::fs::exists(path) &&
      llvm::sys::fs::access(path, llvm::sys::fs::AccessMode::Write))
    return makeFileError(path, "cannot be written: it is read-only");
  StringRef folder = llvm::sys::path::parent_path(path);
  if (folder.empty())
    folder = ".";
  if (!llvm::sys::fs::is_directory(folder))
    return makeFileError(path,
                         "cannot be written: there is no folder " + folder);
  if (llvm::sys::fs::access(folder, llvm::sys::fs::AccessMode::Write))
    return makeFileError(path, "cannot be written: folder " + folder +
                                   " is not writable");
  return llvm::Error::success();
}

namespace {
/// What the header of a `.wafer` file's bytecode says: "ML\xefR", the version
/// of the encoding (one byte up to 63) and the producer as a string that ends
/// with a zero byte.
struct FileHeader {
  int64_t version = 0;
  /// From version 3 on.
  StringRef checksum;
};
} // namespace

/// Nothing for files that are no `.wafer` files, or are one as text.
static std::optional<FileHeader> readHeader(StringRef bytes) {
  constexpr size_t kProducerAt = 5;
  if (!bytes.starts_with("ML\xefR") || bytes.size() <= kProducerAt)
    return std::nullopt;
  StringRef producer = bytes.drop_front(kProducerAt).split('\0').first;
  FileHeader header;
  if (!producer.consume_front(kProducerPrefix))
    return std::nullopt;
  auto [version, rest] = producer.split(' ');
  if (version.getAsInteger(10, header.version))
    return std::nullopt;
  if (header.version >= kFirstWithChecksum)
    header.checksum = rest.split(' ').first;
  return header;
}

/// Of all bytes of the file, with zeros where the header has the checksum.
static std::string getChecksum(StringRef bytes, StringRef checksum) {
  std::string blank = bytes.str();
  std::fill_n(blank.begin() + (checksum.data() - bytes.data()), checksum.size(),
              '0');
  return llvm::utohexstr(llvm::xxh3_64bits(blank), /*LowerCase=*/true,
                         /*Width=*/kNoChecksum.size());
}

static LogicalResult checkVersion(Location loc, int64_t version) {
  if (version >= 1 && version <= kWaferFileVersion)
    return success();
  return emitError(loc, "is a .wafer file of version ")
         << version << ", this program reads versions 1 to "
         << kWaferFileVersion
         << (version > kWaferFileVersion ? ": use a newer wafer-mlir" : "");
}

/// MLIR's reader trusts the numbers in bytecode, so damaged bytes do not reach
/// it.
static LogicalResult checkHeader(Location loc, StringRef bytes,
                                 const FileHeader &header) {
  if (failed(checkVersion(loc, header.version)))
    return failure();
  if (header.version < kFirstWithChecksum)
    return success();
  std::string checksum = getChecksum(bytes, header.checksum);
  if (header.checksum == checksum)
    return success();
  return emitError(loc, "is damaged: its checksum is ")
         << checksum << ", its header says " << header.checksum;
}

/// Checks kWaferFileAttrName if `module` has it; it must say what the header
/// says, if there is one.
static LogicalResult verifyFileAttr(ModuleOp module,
                                    std::optional<int64_t> version) {
  Attribute attr = module->getAttr(kWaferFileAttrName);
  if (!attr)
    return success();
  auto dict = dyn_cast<DictionaryAttr>(attr);
  auto stated = dict ? dict.getAs<IntegerAttr>("version") : nullptr;
  if (!stated || !stated.getType().isInteger(64) ||
      !dict.getAs<StringAttr>("producer"))
    return module.emitError("attribute ")
           << kWaferFileAttrName << " must hold version (i64) and producer";
  if (version && *version != stated.getInt())
    return emitError(module.getLoc(), "is damaged: it is of version ")
           << stated.getInt() << ", its header says " << *version;
  return checkVersion(module.getLoc(), stated.getInt());
}

OwningOpRef<ModuleOp> parseModule(std::unique_ptr<llvm::MemoryBuffer> buffer,
                                  llvm::SourceMgr &sources,
                                  MLIRContext *context) {
  StringRef bytes = buffer->getBuffer();
  Location loc =
      FileLineColLoc::get(context, buffer->getBufferIdentifier(), 0, 0);
  if (bytes.trim().empty()) {
    emitError(loc, "is empty");
    return {};
  }
  std::optional<FileHeader> header = readHeader(bytes);
  if (header && failed(checkHeader(loc, bytes, *header)))
    return {};
  std::optional<int64_t> version;
  if (header)
    version = header->version;
  // Bytes that are no text would be printed by the parser's message.
  if (!isBytecode(buffer->getMemBufferRef()) &&
      bytes.take_front(4096).contains('\0')) {
    emitError(loc, "is neither MLIR text nor MLIR bytecode");
    return {};
  }
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(sources, ParserConfig(context));
  if (!module || failed(verifyFileAttr(*module, version)))
    return {};
  return module;
}

llvm::Error writeWaferFile(StringRef path, ModuleOp module) {
  Builder builder(module.getContext());
  module->setAttr(
      kWaferFileAttrName,
      builder.getDictionaryAttr(
          {builder.getNamedAttr("version",
                                builder.getI64IntegerAttr(kWaferFileVersion)),
           builder.getNamedAttr("producer",
                                builder.getStringAttr(kProducer))}));
  std::string producer = (kProducerPrefix + Twine(kWaferFileVersion) + " " +
                          kNoChecksum + " " + kProducer)
                             .str();
  BytecodeWriterConfig config(producer);
  // Constants stay in their files, so the bytes are few.
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  if (failed(writeBytecodeToFile(module, stream, config)))
    return makeFileError(path, "the module cannot be encoded");
  StringRef blank = readHeader(bytes)->checksum;
  std::string checksum = getChecksum(bytes, blank);
  bytes.replace(blank.data() - bytes.data(), blank.size(), checksum);
  return writeFileAtomically(path, [&](llvm::raw_ostream &os) { os << bytes; });
}

} // namespace wafer::exec
