// Which products and sums of a body become fused multiply-adds.
#pragma once

#include "mlir/IR/Block.h"

namespace rx::compiler {

/// Rewrites a*b + c, c + a*b, a*b - c and c - a*b of floats into math.fma where the product has no
/// other use; of two products the left is fused. Clears all fast-math flags: with the choice made
/// here, in the program, LLVM has none left that could make the same element differ from one loop
/// to another.
void contractProducts(mlir::Block &body);

} // namespace rx::compiler
