// Rows of A as integers: what the exact products of IntegerSums read instead of f32.
//
// 32 neighbouring numbers of a row share one scale, the largest of them / (127 * 65536), and become
// the nearest integers n, ties to even. So a number is off by less than 2^-22 of the largest of
// its block (half a digit, and the roundings of the scale and of its inverse), 2^-25 in the mean.
// A power of two as scale would be exact to apply, but lose up to a bit of every number. One scale
// for a whole row would do where its numbers are alike; beside an outlier 10^4 times the others it
// would leave those 10 bits.
#pragma once

#include "compiler/lower/BlockDot.h"
#include "compiler/lower/BlockSums.h"

namespace rx::compiler {

/// What lies at the end of a split block, after BlockDot's pieces.
struct SplitLayout {
  explicit SplitLayout(bool hasTwoScales)
      : halves(hasTwoScales ? 2 : 1), scale(sums + 8 * halves), total(scale + 4), bytes(total + 4) {
  }

  int64_t halves; ///< Into which the first sums are divided, 1 or 2.
  /// Per scale of the weights, i32: -bias * sum of high, -bias * sum of low.
  static constexpr int64_t sums = BlockDot::pieceBytes;
  int64_t scale; ///< f32: of the numbers.
  int64_t total; ///< f32: the sum of the numbers as rounded.
  int64_t bytes; ///< Of a block.
};

class GemmSplit {
public:
  using Value = mlir::Value;

  /// Emits a private function. `bias` is what the codes of the weights are too large by.
  GemmSplit(GemmEmitter &emitter, const SplitLayout &layout, int64_t bias);

  /// Writes block b of row m to blocks + (b * rows + m) * layout.bytes. Rows that are not
  /// ordinary[row] (i32) become zeros.
  void split(const BlockRows &rows, Value ordinary, Value blocks);

private:
  void splitBody(const BlockRows &rows, Value ordinary, Value blocks);
  void splitBlock(Value numbers, Value isOrdinary, Value block);
  void storeWord(Value word, Value block, int64_t offset);

  GemmEmitter &e;
  BlockDot dot;
  SplitLayout layout;
  int64_t bias;
  mlir::func::FuncOp splitting;
};

} // namespace rx::compiler
