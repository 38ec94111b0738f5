// Loops of kernels of kind `rows`.
#pragma once

#include "compiler/lower/RowGroup.h"
#include "compiler/lower/SoftmaxPanels.h"
#include "runtime/abi/PanelForm.h"

namespace rx::compiler {

/// What the kernel reads in panels, if it is not dense: only whole rows, by gathers.
using FormOf = llvm::function_ref<PanelForm(mlir::Value)>;

/// Bytes of scratch for a row of each op of the group that is not among `results`, in order; then
/// for each gather from panels.
llvm::SmallVector<SizeExpr> rowScratch(const RowGroup &group, mlir::ValueRange results,
                                       FormOf formOf);

/// Emits the loop over the emitter's part of the rows; in it the loops of each op, for that row.
/// `results` are the emitter's results, in order; what else the ops compute goes to the parts of
/// its scratch. `viewOf` gives what the kernel reads. Functions for panels go to `module`.
mlir::LogicalResult emitRows(rxt::LoopEmitter &e, mlir::ModuleOp module, const RowGroup &group,
                             mlir::ValueRange results, ViewOf viewOf, FormOf formOf);

} // namespace rx::compiler
