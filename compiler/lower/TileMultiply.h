// rxk.tile_multiply to instructions, or to what gives the same bits where there are none.
#pragma once

#include "compiler/target/CpuTarget.h"
#include "mlir/IR/BuiltinOps.h"

namespace rx::compiler {

/// Replaces every rxk.tile_multiply in `module`, and loads and stores of tiles: by the instruction
/// of its order where `target` computes it (CpuTarget::tileOrders) and the shape is that of a
/// register, else by an emulation.
void lowerTileMultiplies(mlir::ModuleOp module, const CpuTarget &target);

} // namespace rx::compiler
