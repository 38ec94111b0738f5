// Which ops become one kernel.
#pragma once

#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "runtime/abi/SizeExpr.h"

#include <vector>

namespace rx::compiler {

/// A kernel to be.
struct KernelCut {
  llvm::StringRef kind; ///< `attention`, `logsumexp`, `rows`, or the name of its only op
  /// What has loops, producers first. The kernel is named after the last.
  llvm::SmallVector<mlir::Operation *> work;

  /// All ops: producers first, the windows through which the kernel reads among them; last, a
  /// window that only puts axes of its result together (Merge), if there is one. Other kernels'
  /// launches may have taken the place of what they compute.
  llvm::SmallVector<mlir::Operation *> ops() const;

  /// How the kernel is cut among threads.
  struct Schedule {
    SizeExpr parallel; ///< what is cut: elements of the result, rows
    int64_t tile;      ///< of them are computed at a time; 0: the target decides
  };
  Schedule schedule() const;
};

/// Cuts the ops of `block` that have loops into kernels, and orders the block so that every
/// kernel's ops stand together and in the order of the cuts. Windows that are in no kernel stay.
///  1. Attention and log-sum-exp (SoftmaxRows.h) are kernels.
///  2. Every other op is a kernel of its own, at first. From the first op to the last, each that
///  may
///     be in a row group (RowGroup.h) joins its kernel with that of each operand, in order, if both
///     together are a row group and nothing outside of it reads one and is read by the other.
std::vector<KernelCut> cutKernels(mlir::Block &block);

} // namespace rx::compiler
