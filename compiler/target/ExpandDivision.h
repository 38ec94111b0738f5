// Divisions of a vector of f32 by one number, as of a row of softmax by its sum.
//
// A division instruction takes as long as 16 to 32 products (Intel's cores, 512 bits). With the
// reciprocal y of the number b, rounded once for all vectors,
//
//   q0 = a y,   q1 = q0 + (a - b q0) y,   q2 = q1 + (a - b q1) y
//
// q2 has the bits of the division: q1 is off by less than one unit in its last place, so that the
// remainder a - b q1 is exact in a fused multiply-add, and then the last step rounds correctly
// (Markstein, "Computation of elementary functions on the IBM RISC System/6000 processor", 1990).
// This holds while nothing overflows or becomes subnormal. Vectors with other numbers are divided.
#pragma once

#include "mlir/IR/Operation.h"

namespace rx::compiler {

/// Rewrites such divisions within `op`, where scf still is.
void expandDivisions(mlir::Operation *op);

} // namespace rx::compiler
