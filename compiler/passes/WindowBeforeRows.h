// Rows are chosen before they are computed.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace rx::compiler {

/// A window that reads one position of an axis, the same for all of its elements, moves before the
/// map, reduction or contraction that computes that axis: of the logits of a whole prompt, those of
/// the last position are computed. Where nothing else reads what the op computes, and all elements
/// are present.
mlir::LogicalResult moveWindowsBeforeRows(mlir::ModuleOp module);

} // namespace rx::compiler
