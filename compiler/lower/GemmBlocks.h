// Products with weights in blocks, by exact integer products of the codes: on path `step` on every
// target; on path `bulk` where the target multiplies bytes, because three byte products of four
// steps each are then faster than four fused multiply-adds (vpdpbusd: 131 GF/s a core where the FMA
// peak is 117), and more accurate. Not where operands are rounded or multiplied by matrix units.
//
// A block of 32 steps of k gives two exact integers (BlockDot), from which follows, in f32,
//   value = fma(float(high), radix, float(low)) * (scale of the weights),
//   y = fma(value, scale of the numbers, y),
//   y = fma(-minimum, sum of the numbers, y)   in forms with a minimum;
// in forms with two scales per block, value is the sum of both halves' by fma. Blocks ascend in k.
// So the bits of an element depend on its row and its column alone, on no target and no path; they
// are not those of a chain: the error is that of 32 times fewer roundings and of GemmSplit.
// Rows that GemmSplit does not take (not finite, tiny, huge) are computed over decoded weights,
// with the bits of chains (Gemm.h).
#pragma once

#include "compiler/lower/GemmNest.h"

namespace rx::compiler {

/// Whether these are the product's loops.
bool usesBlockProducts(const GemmSpec &spec);

/// Elements of a thread's scratch.
int64_t blockScratchElements(const GemmSpec &spec);

/// As buildGemmRange.
mlir::func::FuncOp buildGemmBlocksRange(GemmEmitter &emitter, const GemmSpec &spec);

/// The same products, element by element, in two steps: for a kernel that multiplies the same rows
/// with one panel after the other.
struct BlockProducts {
  /// (a, aStride, rows, depth, scratch): splits rows of A.
  mlir::func::FuncOp split;
  /// A GemmRange (flattened) of rows [0, rowEnd), all of those that are split in its scratch.
  mlir::func::FuncOp multiply;
};

/// Emits both, for up to `rows` rows of `depth` steps. Every such group of rows has its own scratch.
BlockProducts buildBlockProducts(GemmEmitter &emitter, const GemmSpec &spec, int64_t rows,
                                 int64_t depth);
int64_t blockScratchElements(const GemmSpec &spec, int64_t rows, int64_t depth);

} // namespace rx::compiler
