// Products on matrix units: rxk.tile_multiply of order `amx`, on path `bulk`.
//
// An element is, for every 32 steps of k in turn and for every product of terms (GemmTerms) in
// turn, its sum so far plus the tile's; sums wait in C between blocks of k. So its bits depend on
// its row, its column and K alone. The last steps are filled up with zeros.
//
// Blocks of 8 panels of B stay in L2 while panels of A pass (Goto and van de Geijn, "Anatomy of
// High-Performance Matrix Multiplication", 2008), each as terms in tiles.
//
// With Precision::F32 a row and a column are ordinary when all their numbers are finite and the
// largest is zero or in [2^-50, 2^60): then no product overflows, and what units flush to zero is
// below 2^-25 of the product of both largest. Elements of other rows and columns are computed in
// chains of fused multiply-adds, with the very bits of other targets.
#pragma once

#include "compiler/lower/GemmNest.h"

namespace rx::compiler {

/// Elements of a thread's scratch.
int64_t tileScratchElements(const GemmSpec &spec);

/// As buildGemmRange.
mlir::func::FuncOp buildGemmTileRange(GemmEmitter &emitter, const GemmSpec &spec);

} // namespace rx::compiler
