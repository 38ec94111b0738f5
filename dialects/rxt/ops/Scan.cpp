//===- Scan.cpp - running reductions ---===//
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/LoopCombiner.h"
#include "dialects/rxt/LoopPresence.h"
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

static ReduceKind reducerOf(ScanKind kind) {
  switch (kind) {
  case ScanKind::Sum:
    return ReduceKind::Sum;
  case ScanKind::Prod:
    return ReduceKind::Prod;
  case ScanKind::Max:
    return ReduceKind::Max;
  }
  llvm_unreachable("every kind is listed");
}

namespace {

/// The walk along the axis of one line, or of 16 lines next to each other along the last axis.
class ScanLoops {
public:
  ScanLoops(ScanOp op, LoopEmitter &emitter, const LoopPresence &present)
      : op(op), e(emitter), type(op.getResult().getType()),
        combiner(emitter, reducerOf(op.getKind()), type.getElementType()), present(present) {}

  /// `line` indexes all axes but the scanned one.
  void emit(ArrayRef<Value> line, Value mask, bool inLanes) {
    Value length = e.size(type.size(op.getAxis())), one = e.constant(1);
    Point point{SmallVector<Value>(line), std::nullopt, mask};
    point.indices.insert(point.indices.begin() + op.getAxis(), Value());
    if (inLanes)
      point.laneDim = type.rank() - 1;
    e.forCarry(e.constant(0), length, one, combiner.identity(inLanes),
               [&](Value step, ValueRange running) {
                 Value last = e.sub(length, one);
                 point.indices[op.getAxis()] = op.getReverse() ? e.sub(last, step) : step;
                 Value element = e.load(e.input(0), identityDims(type.rank()), point);
                 auto next = combiner.add(running, element, Value(), present.at(e, point));
                 e.store(next[0], e.result(), point);
                 return next;
               });
  }

private:
  ScanOp op;
  LoopEmitter &e;
  TensorType type;
  LoopCombiner combiner;
  const LoopPresence &present;
};

} // namespace

SizeExpr ScanOp::parallelRows() {
  return axesWithout(getResult().getType(), getAxis()).elementCount();
}

LogicalResult ScanOp::emitLoops(LoopEmitter &emitter) {
  LoopPresence present;
  TensorType type = getInput().getType();
  if (type.getAxes()[getAxis()].getPresence() != Presence::All &&
      failed(present.addAxis(emitter, *this, type, identityDims(type.rank()), getAxis())))
    return failure();
  ScanLoops loops(*this, emitter, present);
  TensorType lines = axesWithout(type, getAxis());
  bool alongLast = getAxis() + 1 == static_cast<uint64_t>(type.rank());
  emitter.forRows(lines, [&](ArrayRef<Value> outer, Value lo, Value hi) {
    SmallVector<Value> indices(outer);
    if (lines.rank() > 0)
      indices.emplace_back();
    if (!alongLast)
      return emitter.forStrips(lo, hi, [&](Value first, Value mask) {
        indices.back() = first;
        loops.emit(indices, mask, /*inLanes=*/true);
      });
    emitter.forLoop(lo, hi, [&](Value line) {
      if (lines.rank() > 0)
        indices.back() = line;
      loops.emit(indices, Value(), /*inLanes=*/false);
    });
  });
  return success();
}

} // namespace rx::rxt
