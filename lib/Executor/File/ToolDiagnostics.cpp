//===- ToolDiagnostics.cpp - diagnostics as a tool prints them -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/File/ToolDiagnostics.h"

#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"
#include <new>
#include <unistd.h>

using namespace mlir;

namespace wafer::exec {

static StringRef stringifySeverity(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  llvm_unreachable("severities are listed above");
}

/// True if some part of the location is a line of a file.
static bool hasLine(Location loc) {
  return loc
      ->walk([](Location part) {
        auto line = dyn_cast<FileLineColLoc>(part);
        return line && line.getLine() > 0 ? WalkResult::interrupt()
                                          : WalkResult::advance();
      })
      .wasInterrupted();
}

/// `node "NAME": ` or `FILE: `, or nothing.
static std::string describe(Location loc) {
  std::string text;
  loc->walk([&](Location part) {
    if (auto name = dyn_cast<NameLoc>(part))
      text = "node \"" + name.getName().str() + "\": ";
    else if (auto file = dyn_cast<FileLineColLoc>(part))
      text = file.getFilename().str() + ": ";
    return text.empty() ? WalkResult::advance() : WalkResult::interrupt();
  });
  return text;
}

/// For the handler below, which has no arguments.
static std::string &getToolName() {
  static std::string name;
  return name;
}

/// Without exceptions a failed allocation would end in a stack trace. Nothing
/// can be allocated here.
[[noreturn]] static void endOutOfMemory() {
  constexpr int kFailed = 3; // docs/Debugging.md
  const std::string &name = getToolName();
  constexpr llvm::StringLiteral message = ": error: out of memory\n";
  // What comes after would not be better off.
  (void)!write(STDERR_FILENO, name.data(), name.size());
  (void)!write(STDERR_FILENO, message.data(), message.size());
  _exit(kFailed);
}

ToolDiagnostics::ToolDiagnostics(StringRef tool, llvm::SourceMgr &sources,
                                 MLIRContext *context)
    : tool(tool), atLines(sources, context),
      elsewhere(context,
                [this](Diagnostic &diagnostic) { return print(diagnostic); }) {
  getToolName() = tool.str();
  std::set_new_handler(endOutOfMemory);
}

LogicalResult ToolDiagnostics::print(Diagnostic &diagnostic) const {
  if (hasLine(diagnostic.getLocation()))
    return failure();
  auto printOne = [&](Diagnostic &one) {
    llvm::errs() << tool << ": " << stringifySeverity(one.getSeverity()) << ": "
                 << describe(one.getLocation()) << one.str() << "\n";
  };
  printOne(diagnostic);
  for (Diagnostic &note : diagnostic.getNotes())
    printOne(note);
  return success();
}

} // namespace wafer::exec
