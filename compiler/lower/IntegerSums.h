// Exact products of codes with rows that are split into integers (GemmSplit, BlockDot). A block of
// 32 steps of k gives two exact integers, from which follows, in f32,
//   value = fma(float(high), radix, float(low)) * (scale of the weights),
//   y = fma(value, scale of the numbers, y),
//   y = fma(-minimum, sum of the numbers, y)   in forms with a minimum;
// in forms with two scales per block, value is the sum of both halves' by fma.
#pragma once

#include "compiler/lower/BlockSums.h"
#include "compiler/lower/GemmSplit.h"

namespace rx::compiler {

class IntegerSums : public BlockSums {
public:
  IntegerSums(GemmEmitter &emitter, const GemmSpec &spec);
  static BlockSumsSizes sizes(const GemmSpec &spec, int64_t rows);

  int64_t leastAhead() const override { return 5000; }
  int64_t boundPower() const override { return 120; }
  void prepare(const BlockRows &rows, Value ordinary, Value prepared) override;

private:
  void addPanel(Value index) override;
  void addRecord(Value panel, Value index);
  void addRows(int64_t count, Value row, Value column, Value numbers,
               const PanelCodes::Scales &scales, llvm::ArrayRef<Value> words);

  BlockDot dot;
  SplitLayout layout;
  GemmSplit split;
};

} // namespace rx::compiler
