// The loops of SoftmaxRows: scores exist for 32 rows against a block of keys at a time.
//
// Rows run along lanes, keys along memory, so that maxima and sums over keys are elementwise, and a
// product reads keys (and the values mixed by the weights) where they lie. Running maximum and sum
// follow Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018; the kernel as a
// whole Dao et al., "FlashAttention", 2022.
//
// Bits: panels begin at multiples of 32 rows of a batch element and blocks at multiples of keyBlock
// keys, so an element's bits depend neither on the part of the rows that a call computes, nor on
// other batch elements, nor on the target.
#pragma once

#include "compiler/lower/KeyRange.h"
#include "compiler/lower/PanelProducts.h"
#include "compiler/lower/SoftmaxRows.h"

namespace rx::compiler {

/// The view through which the kernel reads an operand.
using ViewOf = llvm::function_ref<rxt::View(mlir::Value)>;

class SoftmaxPanels {
public:
  using Value = mlir::Value;

  static constexpr int64_t keyBlock = 128;
  /// Elements (f32) of scratch that the rows need; a kernel may have more behind them.
  static int64_t scratchElements(SoftmaxRows &rows);
  /// Rows of all batch elements, the parallel dimension.
  static SizeExpr extent(SoftmaxRows &rows);

  SoftmaxPanels(rxt::LoopEmitter &e, PanelProducts &products, SoftmaxRows &rows, ViewOf viewOf);

  /// A block of keys whose weights against the panel are known: `weights` addresses [count][32].
  struct Block {
    Value first, count, weights;
    Value scale; ///< 32 factors for what was summed with the weights of earlier blocks
  };
  /// Emits loops over the panels of the emitter's part of the rows. For each: `begin`, then `block`
  /// for every block of visible keys in order, then `end`.
  void forPanels(llvm::function_ref<void()> begin, llvm::function_ref<void(const Block &)> block,
                 llvm::function_ref<void()> end);

  //===-- Inside a panel ---===//
  /// Halves of the panel that hold rows, 1 or 2; the lanes beyond the last row repeat it.
  Value strips;
  llvm::SmallVector<Value> batch; ///< i64 indices
  /// `body` for every half, with the offset of its first lane in the panel.
  void forStrips(llvm::function_ref<void(Value lane)> body);
  /// The index along row axis `axis` (counted behind the batch axes) of the rows of a half, or of
  /// one row.
  Value rowIndices(unsigned axis, Value lane);
  Value rowIndex(unsigned axis, Value lane);
  /// Sum of the weights of the rows of a half, once all blocks are done.
  Value sums(Value lane);
  /// The positions at which an operand with these dimensions is read for the rows of a half.
  llvm::SmallVector<rxt::Position> positions(llvm::ArrayRef<unsigned> dims, Value lane,
                                             llvm::function_ref<Value(unsigned dim)> other);

  /// The stride of the axis that `dims` says is read by `dim`.
  static Value strideOf(const rxt::View &view, llvm::ArrayRef<unsigned> dims, unsigned dim);
  /// Transposes 16 vectors in place.
  void transpose(llvm::SmallVector<Value> &square);

  /// Addresses and accesses of f32 in scratch.
  Value scratch(int64_t elements);
  Value at(Value pointer, Value elements);
  Value load(Value pointer);
  void store(Value vector, Value pointer);

private:
  void preparePositions();
  void locateRows(Value panel);
  void packQueries();
  void packQueriesInSquares(const rxt::View &view, llvm::ArrayRef<unsigned> dims, int64_t count);
  std::pair<Value, Value> visibleKeys();
  void computeScores(const Block &block);
  void computeWeights(const Block &block, Value lane);
  Value computeEquation(const Block &block, Value lane);
  Value rowCount();
  llvm::SmallVector<Value> arguments(Value lane, Value score, Value key, bool ofKeys,
                                     llvm::ArrayRef<Value> known);
  Value number(double value);

  rxt::LoopEmitter &e;
  PanelProducts &products;
  SoftmaxRows &rows;
  ViewOf viewOf;
  unsigned batchRank, rowAxes, keyDim;
  llvm::SmallVector<SizeExpr> sizes; ///< of the iteration space of the scores
  mlir::Block *equation;             ///< of x; positions are arguments behind its inputs
  llvm::SmallVector<unsigned> positionDims;
  llvm::SmallVector<bool> ofKey; ///< which arguments of the equation differ from key to key
  llvm::SmallVector<KeyBound> bounds;
  Value queries, scoreTile, maxima, sumsOfRows, scales, indices;
};

} // namespace rx::compiler
