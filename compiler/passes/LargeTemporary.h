// Warnings about what no kernel computes in pieces.
#pragma once

#include "dialects/rxt/Rxt.h"

namespace rx::compiler {

/// Warns at the author's line that `tensor`, called `what`, is held whole, because of `reason`, if
/// it takes more than 64 MB where every size that is not known is 256.
void warnIfLarge(mlir::Operation *op, rxt::TensorType tensor, llvm::StringRef what,
                 llvm::StringRef reason);

} // namespace rx::compiler
