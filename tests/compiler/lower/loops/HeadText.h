// What kernels of kind `logsumexp` have in common as text.
#pragma once

#include "llvm/ADT/StringRef.h"

namespace rx::compiler {

/// The maximum %m and the sum %l of exponentials along the last axis of %x, of scores !z; rows are !r.
inline constexpr llvm::StringLiteral sumOfExponentials = R"(
  %m = rxt.reduce max(%x) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!z) -> !r
  %p = rxt.map(%x, %m) by [#all, #row] {
  ^bb0(%a: f32, %b: f32):
    %d = arith.subf %a, %b : f32
    %g = math.exp %d : f32
    rxt.yield %g : f32
  } : (!z, !r) -> !z
  %l = rxt.reduce sum(%p) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!z) -> !r
)";

} // namespace rx::compiler
