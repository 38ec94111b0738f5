// Rows of weights that lie in panels: an embedding whose table is also the head of its model.
#pragma once

#include "compiler/lower/GemmEmitter.h"
#include "compiler/lower/KernelToLoops.h"
#include "dialects/rxt/Rxt.h"
#include "runtime/abi/PanelForm.h"

namespace rx::compiler {

/// Emits func(matrix, row, from, to, target, scratch): copies elements [from, to) of one row of a
/// matrix in `form`, whose rows have `depth` elements, to `target` and what follows. Of one lane: a
/// row's elements lie in one column of a panel, a record apart. `emitter` is of one lane, too.
mlir::func::FuncOp buildRowOfPanels(GemmEmitter &emitter, const PanelForm &form, int64_t depth);
/// Bytes of the scratch of that function.
int64_t rowOfPanelsScratchBytes(const PanelForm &form);

/// Makes `lowered`, whose sizes and extent are known, the gather `op` of rows (PanelUse::Rows) of a
/// matrix in `form`. The parallel dimension counts elements of the result, as in all kernels of one
/// op.
void lowerGatherOfPanels(LoweredKernel &lowered, mlir::FunctionOpInterface kernel, rxt::GatherOp op,
                         const PanelForm &form);

} // namespace rx::compiler
