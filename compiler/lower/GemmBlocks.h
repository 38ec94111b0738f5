// Products with weights in blocks that decode no weights to memory: on path `step` on every target;
// on path `bulk` where the target multiplies bytes, because three byte products of four steps each
// are then faster than four fused multiply-adds (vpdpbusd: 131 GF/s a core where the FMA peak is
// 117), and more accurate. Not where operands are rounded or multiplied by matrix units.
//
// Blocks ascend in k; what a block gives is the target's arithmetic (BlockSums): IntegerSums or
// ChainSums. So the bits of an element depend on its row, its column and that arithmetic, on no
// path; they are not those of a product with decoded weights.
// Rows that it does not take (not finite, tiny, huge: OrdinaryRows) are computed over decoded
// weights, with the bits of chains (Gemm.h).
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
  /// (a, aStride, rows, depth, scratch): prepares rows of A, which stay where they are.
  mlir::func::FuncOp prepare;
  /// A GemmRange (flattened) of rows [0, rowEnd), all of those that are prepared in its scratch.
  mlir::func::FuncOp multiply;
};

/// Emits both, for up to `rows` rows of `depth` steps. Every such group of rows has its own
/// scratch.
BlockProducts buildBlockProducts(GemmEmitter &emitter, const GemmSpec &spec, int64_t rows,
                                 int64_t depth);
int64_t blockScratchElements(const GemmSpec &spec, int64_t rows, int64_t depth);

} // namespace rx::compiler
