// What belongs to one kernel.
#pragma once

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"

namespace rx::compiler {

/// What a kernel is called after: `attention` or `logsumexp` for one of several ops
/// (SoftmaxRows.h), else the name of its op.
llvm::StringRef kernelKind(mlir::Operation *root);

/// The other ops of a kernel of several ops, and `root`, preceded by the windows that a kernel of
/// it reads through instead of their results, producers first. Maps and reductions read through
/// windows: a window has no arithmetic, so what it is recomputed for costs no more than reading its
/// result. Updates read their rows through strided ones. Contractions do not: they read an element
/// many times. Attention reads the rows of a gather where they lie.
llvm::SmallVector<mlir::Operation *> kernelGroup(mlir::Operation *root);

/// `ops`, producers first, preceded by the windows through which a kernel of them reads.
llvm::SmallVector<mlir::Operation *> withWindows(llvm::ArrayRef<mlir::Operation *> ops);

} // namespace rx::compiler
