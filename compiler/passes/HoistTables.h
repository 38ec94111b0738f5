// Tables that few depths differ in, computed once.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace rx::compiler {

/// Moves out of loops what costs a call of the math library per element (rotary tables: sines of
/// powers in f64) and is computed from shared values and from constants of the trip alone. It is
/// computed once for every distinct combination of those constants, before the outermost loop; a
/// trip picks its row (`rxt.gather` at one position):
///
///   loop 18, indexed bases [18]: c = map cos(..base..)      [t, 128]
///   -->  c = map cos(..distinct..)                          [2, t, 128]
///        loop 18, shared c, indexed rows [18]: gather c at row
///
/// Left where it is if more than half of the trips differ. Values stay what they were.
std::unique_ptr<mlir::Pass> createHoistTablesPass();

mlir::LogicalResult hoistTables(mlir::ModuleOp module);

} // namespace rx::compiler
