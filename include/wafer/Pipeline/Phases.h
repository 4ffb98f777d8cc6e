//===- Phases.h - the ladder as pass pipelines ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PIPELINE_PHASES_H
#define WAFER_PIPELINE_PHASES_H

#include "mlir/IR/BuiltinOps.h"

#include <optional>
#include <string>

namespace mlir {
class OpPassManager;
}

namespace wafer {

/// The states that a model goes through, in order (docs/Architecture.md).
enum class Phase { Graph, Sharded, Placed, Streamed, Routed, Allocated, PE };

constexpr Phase kPhases[] = {Phase::Graph,    Phase::Sharded, Phase::Placed,
                             Phase::Streamed, Phase::Routed,  Phase::Allocated,
                             Phase::PE};

/// `graph`, `sharded`, `placed`, `streamed`, `routed`, `allocated`, `pe`.
llvm::StringRef stringifyPhase(Phase phase);
std::optional<Phase> symbolizePhase(llvm::StringRef name);

/// The phase that the IR of a module is in, read off its ops.
Phase detectPhase(mlir::ModuleOp module);

struct PipelineOptions {
  /// A preset, `mesh<WxH>` or the path of a machine file; used on the way to
  /// `sharded` only, later IR holds the machine itself.
  std::string machine;
  /// How the partial sums of products meet, chain or ring; used likewise.
  std::string reduce = "chain";
  /// Where relative paths of constants in files start; "" for the working
  /// directory.
  std::string folder;
  /// Runs the verifier of each phase boundary.
  bool verify = true;
};

/// Adds the checks of a phase's IR, whoever made it: all that is checked at its
/// own boundary and at those before it.
void buildPhaseVerifier(mlir::OpPassManager &pm, Phase phase);

/// Adds the passes that lead from the phase before `target` to `target`, then
/// the verifier of that boundary. For Phase::Graph: the normalisation.
void buildPhase(mlir::OpPassManager &pm, Phase target,
                const PipelineOptions &options);

} // namespace wafer

#endif
