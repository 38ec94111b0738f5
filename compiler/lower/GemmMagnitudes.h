// Which rows and columns of a product on matrix units are ordinary (GemmTileNest).
#pragma once

#include "compiler/lower/GemmEmitter.h"

namespace rx::compiler {

/// The bits of the largest magnitudes of `count` rows or columns, i32 at `magnitudes`; a vector of
/// lanes from any of them on can be read.
class GemmMagnitudes {
public:
  using Value = mlir::Value;

  GemmMagnitudes(GemmEmitter &emitter, Value magnitudes, Value count)
      : e(emitter), magnitudes(magnitudes), count(count) {}

  /// Whether row or column `index` is not ordinary: i1.
  Value isUnusual(Value index);
  /// The same of `index` and those that follow it, as lanes of i1; false for those beyond the last.
  Value areUnusual(Value index);
  /// Whether some of all are, and whether some lanes of masks are set: i1.
  Value anyUnusual();
  Value any(llvm::ArrayRef<Value> masks);

private:
  Value below(Value index, Value end);

  GemmEmitter &e;
  Value magnitudes, count;
};

} // namespace rx::compiler
