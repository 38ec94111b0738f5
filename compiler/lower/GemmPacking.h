// Copies of A and B into the order in which the register tiles read them.
#pragma once

#include "compiler/lower/GemmWords.h"

namespace rx::compiler {

/// Emits func(extent, depth, tile, source, stride, target, targetStep): copies a matrix of `extent`
/// rows (of A) or columns (of B) by `depth` steps of k into tiles of `tile` <= maxTile rows or
/// columns,
///   target[t * targetStep + w * tile + i] = word w along k of row or column t * tile + i.
/// `stride` is the distance between rows of the stored matrix. Stored along k (alongDepth): element
/// (i, k) is source[i * stride + k]; otherwise source[k * stride + i].
/// A last tile that is not full: with padded, positions beyond the extent hold unspecified numbers
/// and the tile keeps its size; without, the tile shrinks to [w][rest].
/// Writes up to packSlack(lanes) elements beyond the last tile, none if tile is a multiple of
/// lanes.
mlir::func::FuncOp buildPack(GemmEmitter &emitter, llvm::StringRef name, int64_t maxTile,
                             bool alongDepth, bool padded, const GemmWords &words);

/// See buildPack.
int64_t packSlack(int64_t lanes);

/// Emits the transposition of a lanes x lanes matrix held in `rows`, in place.
void transposeInRegisters(GemmEmitter &emitter, GemmEmitter::Values &rows);

} // namespace rx::compiler
