// Elementwise producers computed where they are read.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace rx::compiler {

/// Merges producers into the bodies of the maps and reductions that read them, so that their
/// results need no memory:
///  - a map whose results are all read by one op, or that is cheap enough to be computed again for
///  each;
///  - a window that only permutes or repeats axes;
///  - a constant that is one number.
/// Gathers move in front of maps (GatherBeforeMap.h).
/// Maps that only permute axes vanish into the windows and contractions around them.
/// What an op computes stays the same, operation for operation; only where and how often changes.
std::unique_ptr<mlir::Pass> createFuseElementwisePass();

/// The same on a module, to a fixed point.
mlir::LogicalResult fuseElementwise(mlir::ModuleOp module);

} // namespace rx::compiler
