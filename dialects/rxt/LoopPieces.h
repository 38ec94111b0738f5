//===- LoopPieces.h - index set splitting -----------------------*- C++ -*-===//
//
// Where a body asks on which side of a constant its index is, as a concatenation does, a loop over
// each side knows the answer: the other side's inputs are not read, and reads through windows that
// lie inside need no guards.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "mlir/IR/Block.h"

#include <cstdint>
#include <optional>

namespace rx::rxt {

/// Indices [begin, end).
struct Piece {
  int64_t begin, end;
};

/// Multiples of `step` between which the answers of `body`'s comparisons of its index along `dim`
/// with constants do not change; ascending and positive.
llvm::SmallVector<int64_t> splitsOf(mlir::Block &body, unsigned dim, int64_t step);

/// What `op`, a comparison of the index along `dim` with a constant, is everywhere in `piece`;
/// nothing where it is something else or has both answers.
std::optional<bool> answerIn(mlir::Operation &op, unsigned dim, Piece piece);

} // namespace rx::rxt
