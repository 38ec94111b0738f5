// Products on path `step`: few rows with weights in blocks, by exact integer products of the codes.
//
// A block of 32 steps of k gives two exact integers (BlockDot), from which follows, in f32,
//   value = fma(float(high), radix, float(low)) * (scale of the weights),
//   y = fma(value, scale of the numbers, y),
//   y = fma(-minimum, sum of the numbers, y)   in forms with a minimum;
// in forms with two scales per block, value is the sum of both halves' by fma. Blocks ascend in k.
// So the bits of an element depend on its row and its column alone, as on path `bulk`, but differ
// from there: the error is that of 32 times fewer roundings and of GemmSplit.
// Rows that GemmSplit does not take (not finite, tiny, huge) are computed over decoded weights, with
// the very bits of path `bulk`.
#pragma once

#include "compiler/lower/GemmNest.h"

namespace rx::compiler {

/// Whether the product takes this path's loops: elsewhere, both paths are the same.
bool usesStepLoops(const GemmSpec &spec);

/// Elements of a thread's scratch.
int64_t stepScratchElements(const GemmSpec &spec);

/// As buildGemmRange.
mlir::func::FuncOp buildGemmStepRange(GemmEmitter &emitter, const GemmSpec &spec);

} // namespace rx::compiler
