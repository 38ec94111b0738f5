// One panel of columns by one block of rows: register tiles, edges and epilogue.
#pragma once

#include "compiler/lower/GemmFinish.h"
#include "compiler/lower/GemmMicroKernel.h"

namespace rx::compiler {

/// The product of a packed block of A and one panel of B (or several side by side), as values
/// inside the function that calls for it.
struct GemmPanelCall {
  mlir::Value depth;                   ///< Words along k in this block.
  mlir::Value a;                       ///< Tiles [rows / tileRows][depth][tileRows].
  mlir::Value b, bStep, bPanelStep;    ///< As in GemmTileCall.
  mlir::Value c, cStep;                ///< Element (row, column) of C.
  mlir::Value rows, tileRows, columns; ///< Columns of C from `column` on; may exceed the panels.
  mlir::Value panels;                  ///< 1, or GemmMicroKernels::widePanels with one row tile.
  mlir::Value resume, last;            ///< Not the first block of k; the last one.
  mlir::Value row, column;             ///< Where in C.
  mlir::Value edge;                    ///< Room for a full register tile.
  llvm::SmallVector<GemmExtra> extras;

  llvm::SmallVector<mlir::Value> flatten() const;
  static GemmPanelCall unflatten(mlir::ValueRange values);
};

/// Emits the private function that computes a GemmPanelCall (flattened).
mlir::func::FuncOp buildGemmPanel(GemmEmitter &emitter, const GemmSpec &spec,
                                  GemmMicroKernels &tiles, GemmFinish &finish);

} // namespace rx::compiler
