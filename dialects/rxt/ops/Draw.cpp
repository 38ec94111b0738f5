//===- Draw.cpp - random numbers ---===//
#include "dialects/rxt/Evaluation.h"
#include "runtime/abi/Philox.h"

#include <cmath>

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
    return emitOpError() << "the law " << stringifyDrawLaw(getLaw())
                         << " does not give elements of " << element;
  return success();
}

//===-- Reference evaluation ---===//

/// `u` in [0, 1) from words `first` and, for f64, the next one.
static double unit(const rx_philox_block &block, unsigned element, bool wide) {
  if (wide)
    return rx_unit_f64(block.word[2 * element], block.word[2 * element + 1]);
  return rx_unit_f32(block.word[element]);
}

/// The largest element below `b`.
static double below(double b, bool wide) {
  return wide ? std::nextafter(b, -INFINITY)
              : double(std::nextafter(static_cast<float>(b), -INFINITY));
}

static Scalar drawOne(DrawOp op, const Evaluation &evaluation, ElementKind kind,
                      const rx_philox_block &block) {
  double a = op.getA().convertToDouble(), b = op.getB().convertToDouble();
  bool wide = kind == ElementKind::F64;
  switch (op.getLaw()) {
  case DrawLaw::Uniform: {
    double value = evaluation.round(kind, a + unit(block, 0, wide) * (b - a));
    return scalarOf(std::min(value, below(b, wide)));
  }
  case DrawLaw::Normal: {
    double radius = std::sqrt(-2.0 * std::log1p(-unit(block, 0, wide)));
    double angle = 2.0 * M_PI * unit(block, 1, wide);
    return scalarOf(evaluation.round(kind, a + b * radius * std::cos(angle)));
  }
  case DrawLaw::UniformInt: {
    auto range = static_cast<uint32_t>(int64_t(b) - int64_t(a));
    return scalarOf(int64_t(a) + int64_t(rx_below(block.word[0], range)));
  }
  case DrawLaw::Bernoulli:
    return scalarOf(int64_t(rx_unit_f32(block.word[0]) < a));
  }
  llvm_unreachable("every law is listed");
}

LogicalResult DrawOp::evaluate(Evaluation &evaluation) {
  const ReferenceTensor &key = evaluation.tensor(getKey());
  ReferenceTensor result = evaluation.allocate(getResult().getType());
  uint64_t path = rx_path_hash(getPath().data(), getPath().size());
  for (int64_t i = 0; i < result.count(); ++i)
    result.values[i] =
        drawOne(*this, evaluation, result.kind, rx_draw(key.integer(0), path, key.integer(1), i));
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

SizeExpr DrawOp::parallelRows() { return 1; }

LogicalResult DrawOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
