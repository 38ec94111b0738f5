// What an equation gives for keys that come after the query.
#pragma once

#include "dialects/rxt/Rxt.h"

namespace rx::compiler {

/// An element whose key comes after its query: one known value, or anything.
enum class Later { Anything, MinusInfinity, Zero, False, True };

/// The value of a body's scalars wherever the position along dimension `key` is greater than that
/// along `query`. What is subtracted from, or multiplied with, a known value is taken to be finite.
class LaterElements {
public:
  /// `inputs` says it of the body's arguments.
  LaterElements(mlir::Block &body, unsigned query, unsigned key, llvm::ArrayRef<Later> inputs)
      : body(body), query(query), key(key), inputs(inputs) {}

  /// Of what the body yields.
  Later result() { return of(body.getTerminator()->getOperand(0)); }

private:
  Later of(mlir::Value value);
  Later ofOperation(mlir::Operation *op);
  Later ofConstant(mlir::Value value);
  Later ofComparison(mlir::Value condition);
  Later ofSelection(mlir::Value condition, mlir::Value ifTrue, mlir::Value ifFalse);

  mlir::Block &body;
  unsigned query, key;
  llvm::ArrayRef<Later> inputs;
};

/// Whether elements that have this value leave a fold of this kind as it is.
bool isNeutral(Later value, rxt::ReduceKind kind);

} // namespace rx::compiler
