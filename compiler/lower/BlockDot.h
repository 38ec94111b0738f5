// Exact products of the codes of a block with integers of a row, on whatever the target offers.
//
// An integer n of a row, |n| <= mostNumber, is two pieces, n = high * radix + low. The radix is
// 255 * 256, not 65536: so `low` is both a sum p1 * 256 + p0 of signed bytes (for vpdpbusd) and a
// signed number of 16 bits (for vpmaddwd), whence every target computes the same two integers
//   sum of code * high  and  sum of code * low,  below 2^31 for any codes and numbers,
// and with them the same bits of f32.
#pragma once

#include "compiler/lower/GemmEmitter.h"
#include "compiler/target/CpuTarget.h"
#include <memory>

namespace rx::compiler {

class BlockDot {
public:
  using Value = mlir::Value;
  using Values = GemmEmitter::Values;

  static constexpr int64_t radix = 255 * 256, mostLow = radix / 2 - 1, leastLow = -radix / 2;
  static constexpr int64_t mostNumber = 127 * radix + mostLow;
  /// Numbers in a block.
  static constexpr int64_t steps = 32;

  virtual ~BlockDot() = default;

  /// Bytes that the pieces of a block's numbers take.
  virtual int64_t pieceBytes() const = 0;
  /// Emits the pieces of `e.lanes` numbers, i32, to where they belong in a block at `target`;
  /// `first` is the first number's position in the block.
  virtual void storePieces(GemmEmitter &e, Value high, Value low, int64_t first,
                           Value target) const = 0;
  /// Codes (words of four unsigned bytes, lane by lane) as the products take them.
  virtual Values prepare(GemmEmitter &e, llvm::ArrayRef<Value> words) const = 0;

  struct Sums {
    Value high, low; ///< lanes of i32
  };
  /// Emits start + sums over `words` words from `first` on, of prepared codes and of the block of
  /// pieces at `pieces`.
  virtual Sums products(GemmEmitter &e, llvm::ArrayRef<Value> prepared, Value pieces, int64_t first,
                        int64_t words, Sums start) const = 0;
};

std::unique_ptr<BlockDot> makeBlockDot(const CpuTarget &target);

} // namespace rx::compiler
