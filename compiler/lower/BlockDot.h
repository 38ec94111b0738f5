// Exact products of the codes of a block with integers of a row, by vpdpbusd: sums of four products
// of an unsigned and a signed byte.
//
// An integer n of a row, |n| <= mostNumber, is two pieces, n = high * radix + low, and low is two
// signed bytes, p1 * 256 + p0. So there are three planes of bytes, and
//   sum of code * high  and  sum of code * low  are below 2^31 for any codes and numbers.
// The radix keeps low within 16 bits, too, so that products of words could give the same integers.
#pragma once

#include "compiler/lower/GemmEmitter.h"
#include "compiler/target/CpuTarget.h"

namespace rx::compiler {

class BlockDot {
public:
  using Value = mlir::Value;

  static constexpr int64_t radix = 255 * 256, mostLow = radix / 2 - 1, leastLow = -radix / 2;
  static constexpr int64_t mostNumber = 127 * radix + mostLow;
  /// Numbers in a block, and bytes of their pieces.
  static constexpr int64_t steps = 32, pieceBytes = 3 * steps;

  explicit BlockDot(GemmEmitter &e) : e(e) {}

  /// Emits the pieces of `e.lanes` numbers, i32, to where they belong in a block at `target`;
  /// `first` is the first number's position in the block.
  void storePieces(Value high, Value low, int64_t first, Value target) const;

  struct Sums {
    Value high, low; ///< lanes of i32
  };
  /// Emits start + sums over `count` words of four unsigned codes from `first` on, of all those of
  /// a block, with the pieces at `pieces`; for each of some rows, side by side.
  llvm::SmallVector<Sums> products(llvm::ArrayRef<Value> words, llvm::ArrayRef<Value> pieces,
                                   int64_t first, int64_t count, llvm::ArrayRef<Sums> start) const;

private:
  GemmEmitter &e;
};

} // namespace rx::compiler
