// Kernels that differ in numbers of elements alone are one piece of code.
#pragma once

#include "mlir/IR/OwningOpRef.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "runtime/abi/SizeExpr.h"

#include <optional>
#include <string>
#include <vector>

namespace rx::compiler {

/// A kernel with symbols for sizes, and the size behind each, in order.
struct SizeFree {
  mlir::OwningOpRef<mlir::Operation *> kernel;
  std::vector<SizeExpr> sizes;

  /// Kernels of one text are one piece of code.
  std::string text() const;
};

/// A copy in which the sizes of a kernel's tensors are symbols of its own, `s00`, `s01`, .. in the
/// order of its dimensions, so that equal work on other sizes is equal text. Made where code gains
/// nothing by knowing sizes:
///  - matrix products: register tiles are fixed, everything else is a loop over what is given;
///  - one map, reduction or window over weights (all sizes are numbers), also one that reads
///  through
///    windows: it runs once.
/// So ranks of a correction, widths of layers and programs on other symbols share code. There is
/// none for other kernels.
std::optional<SizeFree> freeOfSizes(mlir::FunctionOpInterface kernel);

} // namespace rx::compiler
