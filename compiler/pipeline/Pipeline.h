//===- Pipeline.h - the order of phases ---------------------------*- C++ -*-===//
#pragma once

#include "compiler/lower/ChooseForms.h"
#include "compiler/lower/Precision.h"
#include "compiler/target/CpuTarget.h"

#include "mlir/IR/BuiltinOps.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rx::compiler {

enum class Phase {
#define RX_PHASE(name, help) name,
#include "compiler/pipeline/Phases.def"
#undef RX_PHASE
};

/// Phase names with their help, in order.
std::vector<std::pair<std::string, std::string>> phases();
/// The phase of a name, or nothing.
std::optional<Phase> phaseNamed(const std::string &name);

struct PipelineOptions {
  const CpuTarget *target = nullptr;
  std::filesystem::path cache;     // objects
  std::filesystem::path bundle;    // the folder to write
  std::filesystem::path dumpFolder; // if not empty, every phase as NN-name.mlir
  Phase stopAfter = Phase::bundle;
  WeightForms weights = WeightForms::Stored;
  Precision precision = Precision::F32;
  bool depths = false; // programs for rows at different depths, beside those that generate
};

struct PipelineResult {
  unsigned kernels = 0, compiled = 0; // kernels of the program; those not found in the cache
};

/// Everything after elaboration: rx -> rxt -> fuse -> rxk -> objects -> bundle. A module may also begin at a
/// later phase: what is there already is left alone. Each phase ends in a check that only its ops are left.
/// Errors are printed through MLIR's diagnostics.
mlir::FailureOr<PipelineResult> runPipeline(mlir::ModuleOp module, const PipelineOptions &options);

} // namespace rx::compiler
