#include "compiler/lower/Grain.h"
#include "dialects/rxt/IterationSpace.h"

#include <cmath>

using namespace mlir;

namespace rx::compiler {

double guessedSize(const SizeExpr &size) {
  SizeExpr::Bindings typical;
  for (const std::string &symbol : size.symbols())
    typical[symbol] = 256;
  return static_cast<double>(std::max<int64_t>(size.evaluate(typical).value_or(INT64_MAX), 1));
}

namespace {

/// Points that the loops visit: every product of a contraction, else the elements of the largest
/// tensor that is read or made.
double pointsOf(Operation *op) {
  double points = 1;
  if (auto contraction = dyn_cast<rxt::ContractOp>(op)) {
    for (const SizeExpr &size : rxt::iterationSizes(contraction))
      points *= guessedSize(size);
    return points;
  }
  // Of what they read from or write to these visit a part.
  if (auto gather = dyn_cast<rxt::GatherOp>(op))
    return guessedSize(gather.getResult().getType().elementCount());
  if (auto update = dyn_cast<rxt::UpdateOp>(op))
    return guessedSize(update.getRows().getType().elementCount());
  for (TypeRange types : {TypeRange(op->getOperandTypes()), TypeRange(op->getResultTypes())})
    for (Type type : types)
      points = std::max(points, guessedSize(cast<rxt::TensorType>(type).elementCount()));
  return points;
}

/// Nanoseconds for one op of a body: arithmetic and polynomials in lanes, or a call of libm per
/// lane.
double costOfScalar(Operation *op) {
  if (!isa<math::MathDialect>(op->getDialect()))
    return 0.05;
  bool called =
      isa<math::SinOp, math::CosOp, math::PowFOp>(op) || op->getResult(0).getType().isF64();
  return called ? 10 : 0.3;
}

/// Nanoseconds for a point.
double costOf(Operation *op) {
  if (isa<rxt::ContractOp>(op))
    return 0.02;
  if (isa<rxt::DrawOp, rxt::SortOp>(op))
    return 10;
  double cost = 0.1;
  for (Region &region : op->getRegions())
    for (Operation &inner : region.front())
      cost += costOfScalar(&inner);
  return cost;
}

} // namespace

int64_t parallelGrain(ArrayRef<Operation *> ops, const SizeExpr &steps) {
  constexpr double wanted = 10'000; // ns
  double all = 0;
  for (Operation *op : ops)
    all += pointsOf(op) * costOf(op);
  return std::max<int64_t>(std::llround(wanted / (all / guessedSize(steps))), 1);
}

} // namespace rx::compiler
