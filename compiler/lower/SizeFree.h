// Kernels that differ in numbers of elements alone are one piece of code.
#pragma once

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "runtime/abi/SizeExpr.h"

#include <vector>

namespace rx::compiler {

/// Replaces the sizes of a kernel's tensors by symbols of its own, `s00`, `s01`, .. in the order of
/// its dimensions, so that equal work on other sizes is equal text; returns the size behind each
/// symbol. Done, in place, where code gains nothing by knowing sizes:
///  - matrix products: register tiles are fixed, everything else is a loop over what is given;
///  - one map, reduction or window over weights (all sizes are numbers): it runs once.
/// So ranks of a correction, widths of layers and programs on other symbols share code. Nothing is
/// changed, and nothing returned, for other kernels.
std::vector<SizeExpr> freeOfSizes(mlir::FunctionOpInterface kernel);

} // namespace rx::compiler
