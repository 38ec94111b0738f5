//===- Scan.cpp - running reductions ---===//
#include "dialects/rxt/Points.h"

#include <cmath>

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult ScanOp::verify() {
  TensorType input = getInput().getType(), result = getResult().getType();
  if (input != result)
    return emitOpError() << "input and result have one type, not " << input << " and " << result;
  if (getAxis() >= static_cast<uint64_t>(input.rank()))
    return emitOpError() << "axis " << getAxis() << " does not exist: the input has "
                         << input.rank() << " axes";
  return success();
}

//===-- Reference evaluation ---===//

static Scalar combine(const Evaluation &evaluation, ScanKind kind, ElementKind element, Scalar a,
                      Scalar b) {
  bool real = isFloat(element);
  switch (kind) {
  case ScanKind::Sum:
    return real ? scalarOf(evaluation.round(element, a.real + b.real))
                : scalarOf(wrapTo(element, int64_t(uint64_t(a.integer) + uint64_t(b.integer))));
  case ScanKind::Prod:
    return real ? scalarOf(evaluation.round(element, a.real * b.real))
                : scalarOf(wrapTo(element, int64_t(uint64_t(a.integer) * uint64_t(b.integer))));
  case ScanKind::Max:
    if (real)
      return scalarOf(std::isnan(b.real) || b.real > a.real ? b.real : a.real);
    return scalarOf(std::max(a.integer, b.integer));
  }
  llvm_unreachable("every kind is listed");
}

static Scalar neutral(ScanKind kind, ElementKind element) {
  if (kind == ScanKind::Max)
    return isFloat(element)
               ? scalarOf(-INFINITY)
               : scalarOf(element == ElementKind::I1 ? 0
                                                     : -(int64_t(1) << (bitsOf(element) - 2)) * 2);
  int64_t unit = kind == ScanKind::Prod;
  return isFloat(element) ? scalarOf(double(unit)) : scalarOf(unit);
}

/// At an absent element the running value stays as it was.
LogicalResult ScanOp::evaluate(Evaluation &evaluation) {
  const ReferenceTensor &input = evaluation.tensor(getInput());
  TensorType type = getInput().getType();
  SmallVector<unsigned> dims = identityDims(type.rank());
  PresenceTest present;
  if (type.getAxes()[getAxis()].getPresence() != Presence::All &&
      failed(present.addAxis(evaluation, *this, type, dims, type.rank(), getAxis())))
    return failure();
  ReferenceTensor result = evaluation.allocate(type);
  int64_t length = result.shape[getAxis()], stride = result.strides()[getAxis()];
  std::vector<int64_t> lines = result.shape;
  lines[getAxis()] = length == 0 ? 0 : 1;
  Reader reader(input, dims, type.rank());
  forEachPoint(lines, [&](ArrayRef<int64_t> line) {
    SmallVector<int64_t> point(line);
    Scalar running = neutral(getKind(), input.kind);
    int64_t start = reader.offset(line);
    for (int64_t step = 0; step < length; ++step) {
      int64_t i = point[getAxis()] = getReverse() ? length - 1 - step : step;
      int64_t at = start + i * stride;
      if (present.holds(point))
        running = combine(evaluation, getKind(), input.kind, running, input.values[at]);
      result.values[at] = running;
    }
  });
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

SizeExpr ScanOp::parallelRows() { return 1; }

LogicalResult ScanOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
