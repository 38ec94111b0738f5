// Rows of A as integers: what the exact products of GemmBlocks read instead of f32.
//
// 32 neighbouring numbers of a row share one scale, the largest of them / (127 * 65536), and become
// the nearest integers n, ties to even. So a number is off by less than 2^-22 of the largest of
// its block (half a digit, and the roundings of the scale and of its inverse), 2^-25 in the mean.
// A power of two as scale would be exact to apply, but lose up to a bit of every number. One scale
// for a whole row would do where its numbers are alike; beside an outlier 10^4 times the others it
// would leave those 10 bits.
#pragma once

#include "compiler/lower/BlockDot.h"

namespace rx::compiler {

/// What lies at the end of a split block, after BlockDot's pieces.
struct SplitLayout {
  SplitLayout(const BlockDot &dot, bool hasTwoScales)
      : sums(dot.pieceBytes()), scale(sums + 8 * (hasTwoScales ? 2 : 1)), total(scale + 4),
        bytes(total + 4), halves(hasTwoScales ? 2 : 1) {}

  int64_t sums;   ///< Per scale of the weights, i32: -bias * sum of high, -bias * sum of low.
  int64_t scale;  ///< f32: of the numbers.
  int64_t total;  ///< f32: the sum of the numbers as rounded.
  int64_t bytes;  ///< Of a block.
  int64_t halves; ///< Into which the first sums are divided, 1 or 2.
};

class GemmSplit {
public:
  using Value = mlir::Value;

  /// Emits private functions. `bias` is what the codes of the weights are too large by.
  GemmSplit(GemmEmitter &emitter, const BlockDot &dot, const SplitLayout &layout, int64_t bias);

  /// Some rows of A, element (row, k) at a[row * stride + k].
  struct Rows {
    Value a, stride, rows, depth; ///< depth: whole blocks
  };
  /// Writes to ordinary[row], i32, whether a row may be split: all its numbers are finite and the
  /// largest is zero or in [2^-100, 2^120), so that no scale underflows and no sum overflows.
  void judge(const Rows &rows, Value ordinary);
  /// Writes block b of row m to blocks + (b * rows + m) * layout.bytes. Rows that are not ordinary
  /// become zeros.
  void split(const Rows &rows, Value ordinary, Value blocks);

private:
  void judgeBody(const Rows &rows, Value ordinary);
  void splitBody(const Rows &rows, Value ordinary, Value blocks);
  void splitBlock(Value numbers, Value isOrdinary, Value block);
  GemmEmitter::Values load(Value numbers, int64_t steps);
  /// Per lane, the bits of the largest magnitude so far.
  Value largest(llvm::ArrayRef<Value> vectors, Value before);
  void storeWord(Value word, Value block, int64_t offset);

  GemmEmitter &e;
  const BlockDot &dot;
  SplitLayout layout;
  int64_t bias;
  mlir::func::FuncOp judging, splitting;
};

} // namespace rx::compiler
