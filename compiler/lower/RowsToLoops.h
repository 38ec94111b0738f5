// Loops of kernels of kind `rows`.
#pragma once

#include "compiler/lower/RowGroup.h"
#include "compiler/lower/SoftmaxPanels.h"

namespace rx::compiler {

/// Bytes of scratch for a row of each op of the group that is not among `results`, in order.
llvm::SmallVector<SizeExpr> rowScratch(const RowGroup &group, mlir::ValueRange results);

/// Emits the loop over the emitter's part of the rows; in it the loops of each op, for that row.
/// `results` are the emitter's results, in order; what else the ops compute goes to the parts of
/// its scratch. `viewOf` gives what the kernel reads.
mlir::LogicalResult emitRows(rxt::LoopEmitter &e, const RowGroup &group, mlir::ValueRange results,
                             ViewOf viewOf);

} // namespace rx::compiler
