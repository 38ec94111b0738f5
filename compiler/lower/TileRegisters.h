// Tiles of matrix units: rxk.tile_load, tile_store and tile_multiply of order `amx`.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace rx::compiler {

enum class TileRegisters : uint8_t {
  Amx,     ///< values of LLVM's type x86_amx, registers of the processor
  Emulated ///< addresses of tiles on the stack, multiplied by vectors of `lanes` f32
};

/// Replaces these ops, and vectors of two and more axes that loops and conditionals carry between
/// them. LLVM cannot spill tiles well: keep at most eight alive.
void lowerTileRegisters(mlir::ModuleOp module, TileRegisters registers, int64_t lanes);

} // namespace rx::compiler
