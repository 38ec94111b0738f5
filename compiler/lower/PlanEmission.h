//===- PlanEmission.h - rxk programs as plan.json -----------------*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "runtime/abi/SizeExpr.h"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>

namespace rx::compiler {

/// What the plan says of a kernel beside its types; known once its loops are made.
struct KernelFacts {
  std::vector<std::string> sizes;  // its size symbols
  std::vector<std::string> passed; // polynomials in them: what the code is given
  std::string rows; // a size polynomial
  SizeExpr scratchBytes;
  int64_t grain = 1, unit = 1;
  std::optional<unsigned> updated; // the input that the first result takes the place of
};

struct EmittedPlan {
  nlohmann::json plan;       // plan.json, format 1 (runtime/plan/README.md)
  nlohmann::json buffers;    // the manifest's buffers of weights
  std::string constants;     // constants.bin
};

/// The programs and buffers of an rxk module. Values become virtual buffers; where they lie is decided by the
/// runtime once sizes are known. Fails, with an error on the op, on what the plan cannot say.
mlir::FailureOr<EmittedPlan> emitPlan(mlir::ModuleOp module, const std::map<std::string, KernelFacts> &kernels);

} // namespace rx::compiler
