// Programs for rows that stand at different depths, from one that takes a whole step.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace rx::compiler {

/// Cuts each program `NAME_step` (DeriveDecode.h) whose text runs through one loop that shares
/// parameters between its trips, and leaves it as it is beside
///
///   NAME_enter(ids, start) -> carried                 what comes before the loop
///   NAME_trip(carried, depth[b], start) -> carried    one trip, for row i its trip depth[i]
///   NAME_leave(carried) -> logits                     what comes after the loop
///
/// for continuous depth-wise batching (Bae et al., Relaxed Recursive Transformers, 2024). Each
/// takes those of the step's inputs and states that it reads, and returns the states that it
/// changes. `depth` says with `rx.below` how many trips there are. A step that cannot be cut is
/// named by a warning at the author's line.
std::unique_ptr<mlir::Pass> createDeriveDepthsPass();

/// The same on a module.
mlir::LogicalResult deriveDepths(mlir::ModuleOp module);

} // namespace rx::compiler
