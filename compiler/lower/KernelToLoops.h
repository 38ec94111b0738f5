// One kernel of rxt to a module for compiler/target: a function of the kernel ABI and its loops.
#pragma once

#include "compiler/lower/Precision.h"
#include "compiler/target/CpuTarget.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "runtime/abi/SizeExpr.h"
#include "llvm/ADT/StringMap.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rx::compiler {

/// What the caller of a kernel must know beside its operands.
struct LoweredKernel {
  /// One public function, an rx_kernel. Operands are the kernel's arguments,
  /// then its results; the last axis of each has stride 1. Outputs overlap no other operand.
  /// Kernels that are one piece of code share it.
  std::shared_ptr<mlir::OwningOpRef<mlir::ModuleOp>> module =
      std::make_shared<mlir::OwningOpRef<mlir::ModuleOp>>();
  /// What rx_launch::sizes holds, in order, in the kernel's size symbols.
  std::vector<SizeExpr> sizes;
  /// Extent of the parallel dimension.
  SizeExpr extent;
  /// Bytes of scratch that a thread needs.
  SizeExpr scratchBytes;
  /// The argument that lies where the first result is made; none for most kernels. The kernel reads
  /// and writes it as that result.
  std::optional<unsigned> updated;
  /// Steps of the parallel dimension below which another thread does not pay.
  int64_t grain = 1;
  /// Steps that are computed together: a part should be a multiple of them.
  int64_t unit = 1;
};

/// Lowers the kernels of a program: those that are equal without their sizes (SizeFree.h) once.
///
/// A kernel is a function over tensors whose body is one rxt op with loops and a return of its
/// results in order, or one of the groups of SoftmaxRows.h or RowGroup.h and a return of some of
/// its results; windows may stand between, through which operands are read.
/// Arguments with a `rx.name` that a presence of the op names are read as that presence's lengths
/// or mask; those with a `rx.form` lie in panels (PanelUses.h), of which there is one at most. The
/// kernel itself is left as it was. Contractions that are matrix products go through
/// the GEMM generator, which minds `precision`; everything else asks the op for its loops. Failure
/// is reported on the kernel.
class KernelLowering {
public:
  explicit KernelLowering(const CpuTarget &target, Precision precision = Precision::F32)
      : target(target), precision(precision) {}

  mlir::FailureOr<LoweredKernel> lower(mlir::FunctionOpInterface kernel);

private:
  mlir::FailureOr<LoweredKernel> lowerWithSizes(mlir::FunctionOpInterface kernel);
  /// Lowers a copy that is the caller's to change.
  mlir::LogicalResult lowerCopy(LoweredKernel &lowered, mlir::FunctionOpInterface copy);

  const CpuTarget &target;
  Precision precision;
  llvm::StringMap<LoweredKernel> known; ///< by the text of a kernel without sizes
};

} // namespace rx::compiler
