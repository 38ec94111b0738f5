//===- Draw.cpp - random numbers ---===//
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

/// (C2) which elements a law can give.
static bool suits(DrawLaw law, Type element) {
  switch (law) {
  case DrawLaw::Uniform:
  case DrawLaw::Normal:
    return element.isF32() || element.isF64();
  case DrawLaw::UniformInt:
    return element.isInteger(32);
  case DrawLaw::Bernoulli:
    return element.isInteger(1);
  }
  llvm_unreachable("every law is listed");
}

LogicalResult DrawOp::verify() {
  TensorType key = getKey().getType();
  if (!key.getElementType().isInteger(64) || key.rank() != 1 || key.getAxes()[0].getSize() != "2")
    return emitOpError() << "the key is i64[2] = (seed, step), not " << key;
  Type element = getResult().getType().getElementType();
  if (!suits(getLaw(), element))
    return emitOpError() << "the law " << stringifyDrawLaw(getLaw()) << " does not give elements of "
                         << element;
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult DrawOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

SizeExpr DrawOp::parallelRows() { return 1; }

LogicalResult DrawOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
