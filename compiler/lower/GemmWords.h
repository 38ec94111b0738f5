// What the register tiles of the GEMM generator multiply: the words of packed operands.
//
// A word is an element of the product's type, one step of k. With Precision::BF16 it is 32 bits
// that hold two: steps 2w and 2w + 1, rounded to bf16, the even one in the low half; a last step
// without a partner has zero beside it. Packed operands are words everywhere, so that loops around
// the register tiles count words and need not know what is in them.
#pragma once

#include "compiler/lower/GemmEmitter.h"
#include "compiler/target/CpuTarget.h"

namespace rx::compiler {

class GemmWords {
public:
  using Value = mlir::Value;

  /// `order` is `chain` or `pairs`.
  GemmWords(const CpuTarget &target, rxk::TileOrder order)
      : order(order), hasInstructions(target.computes(rxk::TileOrder::Pairs)) {}

  /// Steps of k in a word, 1 or 2.
  int64_t steps() const { return order == rxk::TileOrder::Pairs ? 2 : 1; }
  /// Words that hold `count` steps (i64).
  Value count(GemmEmitter &e, Value count) const {
    return steps() == 1 ? count : e.ceilDiv(count, steps());
  }
  int64_t count(int64_t count) const { return (count + steps() - 1) / steps(); }

  /// A vector of words, lane by lane, from the vectors of elements at its steps().
  Value across(GemmEmitter &e, llvm::ArrayRef<Value> steps) const;
  /// A vector of words from steps() vectors of elements that follow each other along k.
  Value along(GemmEmitter &e, llvm::ArrayRef<Value> vectors) const;
  /// sums + word * words, by rxk.tile_multiply.
  Value multiplyAdd(GemmEmitter &e, Value word, Value words, Value sums) const;

  /// Two vectors of f32 rounded to bf16, as 16 bits each, those of `first` before those of
  /// `second`; and with each of the first beside its one of the second.
  Value rounded(GemmEmitter &e, Value first, Value second) const;
  static Value interleaved(GemmEmitter &e, Value halves);

private:
  rxk::TileOrder order;
  bool hasInstructions; ///< of the target, for rounding
};

} // namespace rx::compiler
