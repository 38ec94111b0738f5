//===- Reduce.cpp - fold dimensions away ---===//
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/LoopReduction.h"
#include "dialects/rxt/Points.h"
#include "dialects/rxt/ScalarBody.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

static bool isArgument(ReduceKind kind) {
  return kind == ReduceKind::ArgMax || kind == ReduceKind::ArgMin;
}

static bool isLogical(ReduceKind kind) {
  return kind == ReduceKind::Any || kind == ReduceKind::All;
}

LogicalResult ReduceOp::verify() {
  TensorType result = getResult().getType();
  if (failed(verifyIteration(*this, getInputs(), getMaps(), result, Reduced::Any)))
    return failure();
  Type element = result.getElementType();
  if (isLogical(getKind()) && !element.isInteger(1))
    return emitOpError() << "any and all give i1, the result's elements are " << element;
  if (!isArgument(getKind()))
    return verifyBody(*this, getBody().front(), getInputs(), element);
  if (!element.isInteger(32))
    return emitOpError() << "argmax and argmin give positions of i32, the result's elements are "
                         << element;
  size_t reduced = iterationAxes(*this).size() - result.rank();
  if (reduced != 1)
    return emitOpError() << "argmax and argmin reduce exactly one dimension, not " << reduced;
  return verifyBody(*this, getBody().front(), getInputs(), Type());
}

SmallVector<std::optional<unsigned>> ReduceOp::readDims(unsigned operand) {
  return rxt::readDims(mapAt(getMaps(), operand));
}

Operation *ReduceOp::withFirstAxes(OpBuilder &builder, ValueRange operands, TensorType result,
                               ArrayRef<std::optional<unsigned>> first) {
  return rxt::withFirstAxes(*this, getMaps(), builder, operands, result, first);
}

//===-- Reference evaluation ---===//

namespace {

/// Folds the elements of one result: the running value, how many came, where the extremum is.
struct Fold {
  const Evaluation &evaluation;
  ReduceKind kind;
  ElementKind element; // of what the body yields
  Scalar value;
  int64_t position = -1;

  Fold(const Evaluation &evaluation, ReduceKind kind, ElementKind element)
      : evaluation(evaluation), kind(kind), element(element), value(neutral()) {}

  Scalar neutral() const;
  void add(Scalar next, int64_t at) {
    if (isFloat(element))
      addReal(next.real, at);
    else
      addInteger(next.integer, at);
  }
  void addReal(double next, int64_t at);
  void addInteger(int64_t next, int64_t at);
};

Scalar Fold::neutral() const {
  bool product = kind == ReduceKind::Prod || kind == ReduceKind::All;
  bool real = isFloat(element);
  if (kind != ReduceKind::Max && kind != ReduceKind::Min)
    return real ? scalarOf(product ? 1.0 : 0.0) : scalarOf(int64_t(product));
  bool max = kind == ReduceKind::Max;
  if (real)
    return scalarOf(max ? -INFINITY : INFINITY);
  if (element == ElementKind::I1)
    return scalarOf(int64_t(!max));
  int64_t lowest = -(int64_t(1) << (bitsOf(element) - 2)) * 2;
  return scalarOf(max ? lowest : ~lowest);
}

/// NaN passes through max and min, and is never an argmax or argmin.
void Fold::addReal(double next, int64_t at) {
  switch (kind) {
  case ReduceKind::Sum:
    value.real = evaluation.round(element, value.real + next);
    return;
  case ReduceKind::Prod:
    value.real = evaluation.round(element, value.real * next);
    return;
  case ReduceKind::Max:
    value.real = std::isnan(next) || next > value.real ? next : value.real;
    return;
  case ReduceKind::Min:
    value.real = std::isnan(next) || next < value.real ? next : value.real;
    return;
  case ReduceKind::ArgMax:
  case ReduceKind::ArgMin: {
    bool better = kind == ReduceKind::ArgMax ? next > value.real : next < value.real;
    if (std::isnan(next) || (position >= 0 && !better))
      return;
    value.real = next;
    position = at;
    return;
  }
  case ReduceKind::Any:
  case ReduceKind::All:
    llvm_unreachable("any and all take i1");
  }
}

void Fold::addInteger(int64_t next, int64_t at) {
  switch (kind) {
  case ReduceKind::Sum:
    value.integer = wrapTo(element, int64_t(uint64_t(value.integer) + uint64_t(next)));
    return;
  case ReduceKind::Prod:
    value.integer = wrapTo(element, int64_t(uint64_t(value.integer) * uint64_t(next)));
    return;
  case ReduceKind::Max:
    value.integer = std::max(value.integer, next);
    return;
  case ReduceKind::Min:
    value.integer = std::min(value.integer, next);
    return;
  case ReduceKind::Any:
    value.integer |= next;
    return;
  case ReduceKind::All:
    value.integer &= next;
    return;
  case ReduceKind::ArgMax:
  case ReduceKind::ArgMin: {
    bool better = kind == ReduceKind::ArgMax ? next > value.integer : next < value.integer;
    if (position >= 0 && !better)
      return;
    value.integer = next;
    position = at;
    return;
  }
  }
}

} // namespace

LogicalResult ReduceOp::evaluate(Evaluation &evaluation) {
  TensorType type = getResult().getType();
  FailureOr<ScalarBody> body = ScalarBody::compile(getBody().front(), evaluation);
  FailureOr<PresenceTest> present =
      reducedPresence(evaluation, *this, getInputs(), getMaps(), type.rank());
  if (failed(body) || failed(present))
    return failure();
  Value yielded = cast<YieldOp>(getBody().front().getTerminator()).getValues().front();
  ElementKind element = *elementKindOf(yielded.getType());

  ReferenceTensor result = evaluation.allocate(type);
  std::vector<Fold> folds(result.count(), Fold(evaluation, getKind(), element));
  SmallVector<Reader> readers = readersOf(evaluation, getInputs(), getMaps());
  SmallVector<Scalar> elements(readers.size());
  auto dims = llvm::map_to_vector(iterationSizes(*this),
                                  [&](const SizeExpr &size) { return evaluation.size(size); });
  Reader target(result, identityDims(type.rank()), dims.size());
  forEachPoint(dims, [&](ArrayRef<int64_t> point) {
    if (!present->holds(point))
      return;
    for (auto [value, reader] : llvm::zip_equal(elements, readers))
      value = reader.at(point);
    folds[target.offset(point)].add(body->run(elements, point), point.empty() ? 0 : point.back());
  });
  for (auto [value, fold] : llvm::zip_equal(result.values, folds))
    value = isArgument(getKind()) ? scalarOf(fold.position) : fold.value;
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

SizeExpr ReduceOp::parallelRows() { return getResult().getType().elementCount(); }

LogicalResult ReduceOp::emitLoops(LoopEmitter &emitter) {
  ReductionSpace space = reductionSpace(*this);
  Block &body = getBody().front();
  Type element = body.getTerminator()->getOperand(0).getType();
  return emitReduction(emitter, *this, space, getKind(), element, [&](const Point &point) {
    SmallVector<Value> elements;
    for (auto [index, dims] : llvm::enumerate(space.dimensions))
      elements.push_back(emitter.load(emitter.input(index), dims, point));
    return emitter.evaluate(body, elements, point);
  });
}

} // namespace rx::rxt
