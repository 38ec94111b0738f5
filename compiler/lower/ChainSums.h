// Products of codes with rows as they are, where the CPU multiplies no bytes. A block of 32 steps
// of k is a chain of fused multiply-adds of codes, which are exact in f32, k ascending and
// beginning with a product; in f32,
//   y = fma(chain, scale of the weights, y),
//   y = fma(-minimum, sum of the block's numbers, y)   in forms with a minimum;
// in forms with two scales per block, each half is a chain of its own.
//
// A vector of codes costs two operations to decode, once for all rows, while the products of the
// group before are computed. Pairs of integers (vpmaddwd), as exact as IntegerSums, took four
// operations for 32 products that in chains are four, but for two pieces of each number, and as
// many additions.
#pragma once

#include "compiler/lower/BlockSums.h"
#include <optional>

namespace rx::compiler {

class ChainSums : public BlockSums {
public:
  ChainSums(GemmEmitter &emitter, const GemmSpec &spec) : BlockSums(emitter, spec) {}
  static BlockSumsSizes sizes(const GemmSpec &spec, int64_t rows);

  int64_t leastAhead() const override { return 10240; }
  /// Codes are 2^24 times too large on their way, below 2^31, and 32 of their products are finite.
  int64_t boundPower() const override { return 90; }
  void prepare(const BlockRows &rows, Value ordinary, Value prepared) override;

private:
  /// Rows of a register tile: with two vectors of columns these are eight chains, which keep two
  /// FMA units of a latency of four busy and fit 16 registers.
  static constexpr int64_t tileRows = 4;
  /// Groups that a single row is multiplied with side by side: with two vectors, four chains. With
  /// more rows, the one that is multiplied and the one that is decoded.
  static constexpr int64_t groupsAtOnce = 2;

  /// A group of 32 steps of a panel: what of it lies in call.scratch.
  struct Group {
    Value index;   ///< of all of the panel, i64
    Value numbers; ///< decoded steps, form.columns each
    Value scales;  ///< factors() of form.columns each
  };
  /// Its codes, by vectors of columns.
  using Codes = llvm::SmallVector<std::unique_ptr<PanelCodes::Group>>;
  /// Sums of a row, by vectors of columns.
  using Sums = GemmEmitter::Values;
  /// Vectors [first, end) of a group that are decoded meanwhile.
  struct Decoding {
    const Group &group;
    const Codes &codes;
    int64_t first, end;
  };

  void addPanel(Value index) override;
  int64_t firstSum() const override { return groupsAtOnce * groupElements(*codes, form); }

  void addToRow(Value panel, Value first, int64_t count);
  void addToTiles(Value panel, Value groups, Value index);
  void addToTile(const Group &group, Value firstRow, std::optional<Decoding> decoding);
  void decodeStep(const Decoding &decoding, int64_t step, Sums &words);
  void decode(const Decoding &decoding);

  /// Of call.scratch: decoded numbers and scales of groupsAtOnce groups; sums follow.
  static int64_t groupElements(const PanelCodes &codes, const PanelForm &form);
  /// Vectors of f32 that a block has besides its codes: one or two scales, or scale and minimum.
  static int64_t factors(const PanelCodes &codes) {
    return codes.hasTwoScales() || codes.hasMinimum() ? 2 : 1;
  }
  /// Group `index` of those from `panel` on, in the scratch of `slot` (i64).
  Group group(Value index, Value slot);
  /// Its codes. Emits its scales, before the first product: in scratch they take no registers.
  Codes open(const Group &group, Value panel);
  /// Step `step` of a word of codes, as f32 and 2^24 times too large.
  Value number(Value word, int64_t step);
  void advance(Sums &chains, int64_t step, Value factor, const Sums &columns);
  bool endsChain(int64_t step) const {
    return (step + 1) % (codes->hasTwoScales() ? 16 : steps) == 0;
  }
  bool beginsChain(int64_t step) const { return step == 0 || endsChain(step - 1); }
  /// The sums of `row` + the chains that end with `step`, at the end of a block less its minimum.
  void finish(Sums &sums, const Sums &chains, int64_t step, const Group &group, Value row);
  Sums loadSums(Value row);
  void storeSums(const Sums &sums, Value row);

  Value load(Value numbers, int64_t step) {
    return e.splat(e.load(e.elementType, e.at(numbers, step)));
  }
  Value sumOfBlock(const BlockRows &rows, Value row, Value block);
  int64_t vectors() const { return form.columns / e.lanes; }
};

} // namespace rx::compiler
