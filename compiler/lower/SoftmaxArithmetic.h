// What both kernels of attention compute with: f32 in lanes, weights, and sums that lose nothing.
#pragma once

#include "dialects/rxt/LoopEmitter.h"

namespace rx::compiler {

class SoftmaxArithmetic {
public:
  using Value = mlir::Value;

  explicit SoftmaxArithmetic(rxt::LoopEmitter &e) : e(e) {}

  /// Addresses and accesses of f32; `load` reads all lanes.
  Value at(Value pointer, Value elements);
  Value load(Value pointer);
  void store(Value vector, Value pointer);
  Value number(double value); ///< in every lane

  Value plus(Value a, Value b);
  Value minus(Value a, Value b);

  /// What is subtracted before the exponential of a row whose maximum is `maximum`: a row that has
  /// seen nothing but -inf has no scale yet, its weights are exp(-inf) = 0.
  Value referenceOf(Value maximum);
  /// exp(x - reference)
  Value weight(Value x, Value reference);
  /// sum = sum * scale + more, of what lies at `sum`. What rounding drops is kept at `lost`: in a
  /// long row, the blocks without its large weights add less than half an ulp each and much
  /// together (Knuth's TwoSum, "The Art of Computer Programming", volume 2, 4.2.2).
  void addToSum(Value sum, Value lost, Value scale, Value more);

protected:
  rxt::LoopEmitter &e;
};

} // namespace rx::compiler
