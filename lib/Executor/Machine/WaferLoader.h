//===- WaferLoader.h - decodes a wafer.program with tasks -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_MACHINE_WAFERLOADER_H
#define WAFER_LIB_EXECUTOR_MACHINE_WAFERLOADER_H

#include "Decode.h"

namespace wafer::exec {

/// The steps of loadProgram. LoadProgram.cpp decodes streams, routes and feeds,
/// LoadClasses.cpp finds the classes of PEs and decodes their programs.
class WaferLoader {
public:
  WaferLoader(mesh::ProgramOp program, LoadedModule &module)
      : program(program), module(module) {}
  llvm::Error run();

private:
  llvm::Error loadStreams();
  llvm::Error loadRoutes();
  llvm::Error loadFeed(pe::FeedOp op);
  llvm::Error loadRoutedFeed(pe::FeedOp op, Feed feed);
  llvm::Error collectLayers();
  void collectEnds();
  llvm::Error loadClass(llvm::ArrayRef<unsigned> cover,
                        const wafer::Region &region);
  llvm::Error loadCode(llvm::ArrayRef<unsigned> cover,
                       llvm::ArrayRef<mlir::Operation *> ops,
                       ProgramLoader &loader);
  llvm::Error placeBuffers(llvm::ArrayRef<mlir::Operation *> ops,
                           ProgramLoader &loader);
  void numberStreams(llvm::ArrayRef<mlir::Operation *> ops);
  llvm::Error collectQueues(llvm::ArrayRef<unsigned> cover, unsigned epoch);
  void bindTask(mesh::TaskOp task, ProgramLoader &loader);
  llvm::Expected<unsigned> queueOfColour(mlir::Operation *op, unsigned colour,
                                         unsigned epoch, bool isInput);
  llvm::Expected<unsigned> queueOf(mlir::Operation *op, mlir::StringAttr stream,
                                   bool isInput);

  mesh::ProgramOp program;
  LoadedModule &module;
  bool hasRoutes = false, hasQueues = false;
  /// Without routes: the colour that stands for a stream.
  llvm::DenseMap<mlir::StringAttr, unsigned> colourOf;

  /// A reason for PEs to differ.
  struct Layer {
    /// A task, buffer or copy; nullptr for the end of a stream's routes.
    mlir::Operation *op = nullptr;
    mlir::StringAttr stream;
    unsigned colour = 0, epoch = 0;
    bool reads = false;
  };
  std::vector<Layer> layers;
  std::vector<wafer::Region> regions;
  /// Colour and queue of an end.
  struct Tie {
    unsigned queue, colour;
  };
  /// Queues of streams, read (1) or sent (0), of the class and epoch at hand.
  std::map<std::pair<llvm::StringRef, bool>, Tie> queues;
  /// Whether input, queue -> the colour that it is tied to so far.
  std::map<std::pair<unsigned, unsigned>, unsigned> tied;
};

/// `PE (3,7)`.
std::string nameOf(Point p);

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_MACHINE_WAFERLOADER_H
