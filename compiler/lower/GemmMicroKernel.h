// The register tiles of the GEMM generator.
#pragma once

#include "compiler/lower/GemmWords.h"

namespace rx::compiler {

/// One call of a micro-kernel, C[rows, columns] (+)= A * B. A and B are words (GemmWords).
struct GemmTileCall {
  mlir::Value depth; ///< i64: words along k, may be 0
  mlir::Value a;     ///< packed [depth][rows]
  mlir::Value b, bStep,
      bPanelStep;       ///< from a word to the next along k, and from a panel to the next
  mlir::Value c, cStep; ///< from a row of C to the next
  mlir::Value nextC;    ///< The tile of C after this one, fetched meanwhile
  /// What is fetched of B meanwhile, and bytes of it per word. Read where fetchesB().
  mlir::Value nextB, nextBStep;
  mlir::Value resume; ///< i1: the chains are added to what C holds, else to +0
};

/// Emits micro-kernels and dispatches to the one of a given height.
class GemmMicroKernels {
public:
  /// `fetches`: B comes from memory, faster than processors see ahead.
  GemmMicroKernels(GemmEmitter &emitter, const GemmTiling &tiling, const GemmWords &words,
                   bool fetches);

  /// Height that serves `rows` in equal tiles is at most this.
  int64_t maxRows() const { return tiling.rows; }
  int64_t panelColumns() const { return tiling.vectors * emitter.lanes; }
  bool fetchesB() const { return fetches; }

  /// How many panels a tile of `rows` may take at once when the rows are all there are. Short tiles
  /// need more columns for as many independent chains as the FMA units have stages. i64.
  mlir::Value widePanels(mlir::Value rows);

  /// A tile of `rows` (1..maxRows, i64) by one panel.
  void callPanel(mlir::Value rows, const GemmTileCall &tile);
  /// The same by the first half of a panel.
  void callHalfPanel(mlir::Value rows, const GemmTileCall &tile);
  /// A tile of `rows` (with widePanels(rows) > 1) by widePanels(rows) panels.
  void callWide(mlir::Value rows, const GemmTileCall &tile);

private:
  int64_t widePanelsOf(int64_t rows) const;
  mlir::func::FuncOp build(int64_t rows, int64_t vectors, bool fetches);
  void dispatch(mlir::Value rows, const GemmTileCall &tile,
                llvm::ArrayRef<mlir::func::FuncOp> byRows);

  GemmEmitter &emitter;
  const GemmTiling &tiling;
  GemmWords words;
  bool fetches;
  llvm::SmallVector<mlir::func::FuncOp> narrow, half, wide; ///< Index 0 serves one row.
};

} // namespace rx::compiler
