// The loops of SoftmaxRows: scores exist for 32 rows against a block of keys at a time.
//
// Rows run along lanes, keys along memory, so that maxima and sums over keys are elementwise, and a
// product reads keys (and the values mixed by the weights) where they lie. Running maximum and sum
// follow Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018; the kernel as a
// whole Dao et al., "FlashAttention", 2022.
//
// Bits: panels begin at multiples of 32 rows of a batch element and blocks at multiples of keyBlock
// keys, so an element's bits depend neither on the part of the rows that a call computes, nor on
// other batch elements, and on the target only as products with such keys do.
#pragma once

#include "compiler/lower/GemmBlocks.h"
#include "compiler/lower/PanelProducts.h"
#include "compiler/lower/SoftmaxArithmetic.h"
#include "compiler/lower/SoftmaxEquation.h"

#include <functional>

namespace rx::compiler {

/// The view through which the kernel reads an operand.
using ViewOf = llvm::function_ref<rxt::View(mlir::Value)>;

/// A block of keys against a panel: [count][32] scores, later x, at last the weights.
struct KeyBlock {
  mlir::Value first, count, tile;
  mlir::Value scale; ///< 32 factors for what was summed with the weights of earlier blocks
};

/// What a kernel does with the panels. Nothing need be given.
struct PanelHooks {
  using Value = mlir::Value;
  /// Before any block of keys, after all.
  std::function<void()> begin, end;
  /// Keys [from, to) of a block, for all panels that go through it together.
  std::function<void(Value from, Value to)> block;
  /// A block of which the scores, or x, are known, for one half of the panel.
  std::function<void(const KeyBlock &, Value lane)> scored, equated;
  /// A block of which the weights are known.
  std::function<void(const KeyBlock &)> weighed;
};

class SoftmaxPanels : public SoftmaxArithmetic {
public:
  /// Keys per block, and panels that share one while it is in cache.
  static constexpr int64_t keyBlock = 128, panelsAtOnce = 4;
  /// From one row's scores to the next where products give them by rows: a vector from any on.
  static constexpr int64_t scoresStride = keyBlock + rxt::LoopEmitter::lanes;
  /// Elements (f32) of scratch for all, where a kernel needs `own` more per panel and scores are
  /// the product `spec`.
  static int64_t scratchElements(SoftmaxRows &rows, int64_t own, const GemmSpec &spec);
  /// Rows of all batch elements, the parallel dimension.
  static SizeExpr extent(SoftmaxRows &rows);

  /// Keys that are weights in panels are multiplied as they lie where products are (GemmBlocks);
  /// else blocks of them are decoded, once for all panels of rows that share them.
  SoftmaxPanels(rxt::LoopEmitter &e, PanelProducts &products, SoftmaxRows &rows, int64_t own,
                const GemmSpec &spec, ViewOf viewOf);

  /// Emits loops over the panels of the emitter's part of the rows, and over the blocks of keys
  /// that some row of a panel sees, in order.
  void forPanels(const PanelHooks &hooks);

  //===-- Inside a panel ---===//
  /// The kernel's own scratch for this panel.
  Value own;
  /// Halves of the panel that hold rows, 1 or 2; the lanes beyond the last row repeat it.
  Value strips;
  llvm::SmallVector<Value> batch; ///< i64 indices
  /// `body` for every half, with the offset of its first lane in the panel.
  void forStrips(llvm::function_ref<void(Value lane)> body);
  /// The index along row axis `axis` (counted behind the batch axes) of the rows of a half, or of
  /// one row.
  Value rowIndices(unsigned axis, Value lane);
  Value rowIndex(unsigned axis, Value lane);
  /// All indices of one row.
  llvm::SmallVector<Value> indicesOf(Value lane);
  /// Maximum and sum of a half, once all blocks are done.
  Value maximaOf(Value lane) { return load(at(maxima, lane)); }
  Value sumsOf(Value lane);
  /// The positions at which an operand with these dimensions is read for the rows of a half.
  llvm::SmallVector<rxt::Position> positions(llvm::ArrayRef<unsigned> dims, Value lane,
                                             llvm::function_ref<Value(unsigned dim)> other);

  /// Whether a table says where the rows of an operand lie (placesRows). A product reads them in a
  /// tile.
  static bool isPlaced(Value operand);
  /// Copies rows [from, to) of one block to their places in a tile [keyBlock][elements]: those of
  /// an operand with these dimensions, of which `key` runs along them.
  void copyRows(Value operand, llvm::ArrayRef<unsigned> dims, unsigned key, int64_t elements,
                Value from, Value to, Value tile);
  /// Where such a tile has a key.
  Value rowIn(Value tile, Value key, int64_t elements);

  /// The stride of the axis that `dims` says is read by `dim`.
  static Value strideOf(const rxt::View &view, llvm::ArrayRef<unsigned> dims, unsigned dim);
  /// Makes words of `steps` vectors of one half of a panel, 32 elements apart from `tile` on, in
  /// place.
  void toWords(Value tile, Value steps, Value lane);
  /// Transposes 16 vectors in place.
  void transpose(llvm::SmallVector<Value> &square);

private:
  void placePanel(Value slot, Value panel);
  void locateRows(Value panel);
  void forGroup(Value first, Value count, const PanelHooks &hooks);
  void packQueries();
  bool keysAreAlongDepth();
  void fetchKeys(Value start, Value from, Value to);
  void packKeys(Value start);
  Value keyPanelStep();
  std::pair<Value, Value> keysFrom(Value key);
  void prepareQueries();
  void packQueriesInSquares(const rxt::View &view, llvm::ArrayRef<unsigned> dims, int64_t count);
  std::pair<Value, Value> visibleKeys();
  std::pair<Value, Value> boundsOf(Value lane);
  void computeBlock(Value start, const PanelHooks &hooks);
  void computeScores(const KeyBlock &block);
  void decodeKeys(Value start);
  void computeScoresOfPanels(const KeyBlock &block);
  void computeScoresOfBlocks(const KeyBlock &block);
  void computeWeights(const KeyBlock &block, Value lane, Value before, Value now);
  Value computeEquation(const KeyBlock &block, Value lane);
  Value rowCount();
  Value loadRange(int64_t end);
  void storeRange(std::pair<Value, Value> range);
  llvm::SmallVector<Value> arguments(Value lane, Value score, Value key, bool ofKeys,
                                     llvm::ArrayRef<Value> known);

  PanelProducts &products;
  SoftmaxRows &rows;
  ViewOf viewOf;
  int64_t ownElements, panelElements; ///< of scratch per panel, the kernel's and all
  unsigned batchRank, rowAxes, keyDim;
  llvm::SmallVector<SizeExpr> sizes; ///< of the iteration space of the scores
  SoftmaxEquation equation;
  Value scoreTile;                                    ///< [keyBlock][32], of one panel at a time
  Value queries, maxima, sums, lost, scales, indices; ///< of the panel
  Value range;                                        ///< of the keys that it sees, two i64
  PanelForm keyForm;
  mlir::func::FuncOp keyDecode, keyPack; ///< to keyTile; null where keys are multiplied as they lie
  std::optional<BlockProducts> blocks;   ///< where they are
  Value preparedRows;                    ///< the panel's scratch for these
  Value keyTile; ///< a block of keys in panels of words, or row by row; its scores [row][key]
  Value keyRows; ///< a block of keys that a table places
};

} // namespace rx::compiler
