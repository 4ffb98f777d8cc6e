//===- TemporaryFolder.h - a folder for the files of one test -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TEST_UNIT_TENSORIO_TEMPORARYFOLDER_H
#define WAFER_TEST_UNIT_TENSORIO_TEMPORARYFOLDER_H

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <string>

namespace wafer {

class TemporaryFolder {
public:
  TemporaryFolder() {
    std::error_code error =
        llvm::sys::fs::createUniqueDirectory("wafer", folder);
    EXPECT_FALSE(error) << error.message();
  }
  ~TemporaryFolder() { llvm::sys::fs::remove_directories(folder); }

  std::string getPath(llvm::StringRef file) const {
    return (folder + "/" + file).str();
  }

  std::string write(llvm::StringRef file, llvm::StringRef content) const {
    std::error_code error;
    llvm::raw_fd_ostream(getPath(file), error) << content;
    EXPECT_FALSE(error) << error.message();
    return getPath(file);
  }

  /// Names of the files in the folder.
  std::vector<std::string> list() const {
    std::vector<std::string> names;
    std::error_code error;
    for (llvm::sys::fs::directory_iterator it(folder, error), end; it != end;
         it.increment(error))
      names.push_back(it->path().substr(folder.size() + 1));
    return names;
  }

private:
  llvm::SmallString<128> folder;
};

} // namespace wafer

#endif // WAFER_TEST_UNIT_TENSORIO_TEMPORARYFOLDER_H
