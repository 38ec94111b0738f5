// Log-sum-exp of scores, and the choice of one, without the scores.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace rx::compiler {

/// Rewrites the maximum of scores that a contraction computes, the sum of exp(score - maximum), and
/// possibly one element per row, into the form that becomes one kernel
/// (compiler/lower/SoftmaxRows.h). So cross-entropy over a vocabulary is computed with its head,
/// for 32 tokens at a time. Warns, at the author's line and with the reason, where such scores are
/// larger than 64 MB and read elsewhere.
std::unique_ptr<mlir::Pass> createFuseLogSumExpPass();

/// The same on a module.
mlir::LogicalResult fuseLogSumExp(mlir::ModuleOp module);

} // namespace rx::compiler
