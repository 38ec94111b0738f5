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
///   NAME_step(ids[b, t], start[b]) -> logits    the same, and computes the function's results there
///
/// They differ in the path of their products: many positions, or one. `start` says where in its text
/// each row stands. What later positions read of earlier ones
/// (CausalAxes.h) is kept in the states, [trips.., c, b, ..]: position first, c positions at most.
/// Rows at positions outside of [0, c) change nothing.
std::unique_ptr<mlir::Pass> createDeriveDecodePass();

/// The same on a module. Fails, with an error at the author's line, where a position depends on
/// later ones, or on earlier ones in a way that no cache is known for.
mlir::LogicalResult deriveDecode(mlir::ModuleOp module);

} // namespace rx::compiler
