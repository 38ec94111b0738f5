// Register tiles of products with a panel of 32 columns, for kernels that use a product at once
// instead of storing it.
#pragma once

#include "compiler/lower/Gemm.h"
#include "compiler/lower/GemmWords.h"
#include "dialects/rxt/LoopEmitter.h"
#include "llvm/ADT/StringMap.h"

namespace rx::compiler {

/// Emits at the place of `e`, in vectors of its lanes.
GemmEmitter emitterAt(rxt::LoopEmitter &e);

/// C[m][32] (+)= sum over k of A(m, k) * B[k][32]. A and B are words (GemmWords), of f32 or, with
/// Precision::BF16, of two steps of k. A is read where it lies, which costs no more than reading a
/// packed copy: a word is broadcast to the lanes. B and C are dense. An element of C is a sum of
/// chains of multiply-adds, k ascending, whatever the target.
class PanelProducts {
public:
  using Value = mlir::Value;

  /// Columns of a panel, and of half a panel: one vector of LoopEmitter.
  static constexpr int64_t width = 32, strip = rxt::LoopEmitter::lanes;

  /// Emits private functions into `module`, when they are first called; lowerTileMultiplies must
  /// follow. Of `spec`, only what products are made of counts: matrix units are not used.
  PanelProducts(mlir::ModuleOp module, const GemmSpec &spec);

  static GemmWords wordsOf(const GemmSpec &spec);
  const GemmWords &words() const { return ofWords; }
  /// Whether operands are rounded to words of several steps.
  bool rounds() const { return ofWords.steps() > 1; }
  /// For private functions beside the tiles.
  GemmEmitter functions() const;

  /// Addresses and sizes of one product, i64 and !llvm.ptr. Depth and steps are in words.
  struct Operands {
    Value rows, depth;
    Value a, aStep;  ///< one axis of A has stride 1, the other aStep
    bool alongDepth; ///< the axis of stride 1 is k, not m
    Value b, c;
    Value strips; ///< how many halves of the panel to compute, 1 or 2
  };

  /// Steps of k in a chain of `store`, see gemmChain. A tile is small, so that adding to it costs
  /// more than in Gemm, and scores of attention need it more: an exponential follows.
  static constexpr int64_t chain = 128;

  /// C = A * B, in tiles that are equal for `usual` rows.
  void store(rxt::LoopEmitter &e, const Operands &operands, int64_t usual);

  /// C = C * scale + A * B in one chain for `rows` rows; `scale` addresses 32 factors, one per
  /// column.
  void accumulate(rxt::LoopEmitter &e, const Operands &operands, int64_t rows, Value scale);

private:
  using Function = mlir::func::FuncOp;

  /// What is known of a register tile when it is built.
  struct Tile {
    bool alongDepth, accumulates;
    int64_t rows, strips;
  };

  /// Rows of a register tile: its sums, a row of B and some elements of A fit the registers.
  int64_t mostRows() const;
  /// Rows of the tiles that serve `rows` equally.
  int64_t heightFor(int64_t rows) const;
  /// Halves of a panel that one register tile takes.
  int64_t tileStrips() const { return target.vectorBits == 512 ? 2 : 1; }
  void callTile(rxt::LoopEmitter &e, int64_t rows, const Operands &operands, Value row,
                Value scale);
  Function tileOf(mlir::Location loc, const Tile &tile);
  Function build(mlir::Location loc, const Tile &tile, llvm::StringRef name);

  mlir::ModuleOp module;
  const CpuTarget &target;
  GemmWords ofWords;
  llvm::StringMap<Function> tiles;
};

} // namespace rx::compiler
