// Scalar functions in bodies, as what the processor has.
#pragma once

#include "mlir/IR/Block.h"

namespace rx::compiler {

/// Powers with a constant integer exponent from -4 to 4 become products, or one over them; those
/// with another integer exponent become math.powf. Products round at most three times where pow
/// rounds once. Tests for NaN and infinity become comparisons.
void expandScalars(mlir::Block &body);

} // namespace rx::compiler
