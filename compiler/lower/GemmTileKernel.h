// The register tiles of products on matrix units.
#pragma once

#include "compiler/lower/GemmTerms.h"

namespace rx::compiler {

/// Emits func(groups, a, b, c, cStep, resume): C[32, 32] = or, where `resume` (i1), += the product
/// of a panel of A and one of B (GemmTilePacking) over so many groups of steps. cStep is the
/// distance of rows of C in elements. Runs with subnormal numbers as zeros.
mlir::func::FuncOp buildGemmTileKernel(GemmEmitter &emitter, const GemmTerms &terms);

} // namespace rx::compiler
