// Programs that generate text step by step, from one that reads a whole text.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace rx::compiler {

/// A function with this attribute computes something for every position of texts; the attribute
/// names the size symbol of the text, "t". Its arguments with that size are [texts, position].
inline constexpr llvm::StringLiteral decodeAttribute = "rx.decode";
/// With it, the function stays beside those derived from it.
inline constexpr llvm::StringLiteral keepAttribute = "rx.keep";

/// Replaces each such function `NAME_logits` by two, which share states called `NAME.cache.0`, ..:
///
///   NAME_prefill(ids[b, t], start[b])           reads t more positions of every text
///   NAME_step(ids[b, t], start[b]) -> logits    the same, and the function's results there
///
/// They differ in the path of their products: many positions, or one. `start` says where in its
/// text each row stands. What later positions read of earlier ones (CausalAxes.h) is kept in the
/// states, [place, b, ..]. Which place a position has says another state, `NAME.slots.0`, ..,
/// i32[trips.., c] (rxt::slotsAttribute): for each combination of trips of the loops around the
/// value, and at its last entry for all positions from c - 1 on. Whether an entry is a ring, or
/// keeps all, is up to who fills the table; how long it has to be is derived from the equations.
std::unique_ptr<mlir::Pass> createDeriveDecodePass();

/// The same on a module. Fails, with an error at the author's line, where a position depends on
/// later ones, or on earlier ones in a way that no cache is known for.
mlir::LogicalResult deriveDecode(mlir::ModuleOp module);

} // namespace rx::compiler
