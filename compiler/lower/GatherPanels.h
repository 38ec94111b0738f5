// Rows of weights that lie in panels: an embedding whose table is also the head of its model.
#pragma once

#include "compiler/lower/KernelToLoops.h"
#include "dialects/rxt/Rxt.h"
#include "runtime/abi/PanelForm.h"

namespace rx::compiler {

/// Makes `lowered`, whose sizes and extent are known, the gather `op` of rows (PanelUse::Rows) of a
/// matrix in `form`. The parallel dimension counts elements of the result, as in all kernels.
void lowerGatherOfPanels(LoweredKernel &lowered, mlir::FunctionOpInterface kernel, rxt::GatherOp op,
                         const PanelForm &form);

} // namespace rx::compiler
