// Softmax between two contractions as attention.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace rx::compiler {

/// Rewrites contractions of softmax weights, in whatever spelling, into the form that becomes one
/// kernel (compiler/lower/SoftmaxRows.h). Recognised is: weights exp(x) or exp(x - shift) of scores
/// that a contraction computes; divided by their sum before the second contraction, or after it.
/// x is any equation of the scores. What is subtracted makes no difference to a quotient, so it
/// becomes the maximum of x.
///
/// Where a contraction reads something else that comes from another contraction by maps, and that
/// is larger than 64 MB, warns at the author's line with the reason.
std::unique_ptr<mlir::Pass> createFuseAttentionPass();

/// The same on a module.
mlir::LogicalResult fuseAttention(mlir::ModuleOp module);

} // namespace rx::compiler
