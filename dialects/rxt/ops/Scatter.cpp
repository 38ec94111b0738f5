//===- Scatter.cpp - add at integer positions ---===//
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/LoopCombiner.h"
#include "dialects/rxt/Points.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult ScatterOp::verify() {
  return verifyPositions(*this, getUpdates().getType(), "the updates", getIndex().getType(),
                         getIndexMap(), getResult().getType(), getResultMap(), getAxis());
}

//===-- Reference evaluation ---===//

LogicalResult ScatterOp::evaluate(Evaluation &evaluation) {
  const ReferenceTensor &updates = evaluation.tensor(getUpdates());
  ReferenceTensor result = evaluation.allocate(getResult().getType());
  Reader index(evaluation.tensor(getIndex()), dimensionsOf(getIndexMap()), updates.rank());
  std::vector<int64_t> strides = result.strides();
  SmallVector<unsigned> otherDims = dimensionsOf(getResultMap());
  int64_t at = 0;
  std::optional<int64_t> outside;
  forEachPoint(updates.shape, [&](ArrayRef<int64_t> point) {
    int64_t position = index.at(point).integer;
    if (position < 0 || position >= result.shape[getAxis()]) {
      outside = position;
      return;
    }
    int64_t offset = position * strides[getAxis()];
    for (auto [other, dim] : llvm::enumerate(otherDims))
      offset += point[dim] * strides[other < getAxis() ? other : other + 1];
    Scalar &sum = result.values[offset];
    Scalar update = updates.values[at++];
    if (isFloat(result.kind))
      sum.real = evaluation.round(result.kind, sum.real + update.real);
    else
      sum.integer = wrapTo(result.kind, sum.integer + update.integer);
  });
  if (outside)
    return emitOpError() << "position " << *outside << " is outside axis " << getAxis()
                         << " of the result, which has size " << result.shape[getAxis()];
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

namespace {

/// A part owns columns of the result (indices of all axes but the scattered one), so that parts
/// never add to one element, and an element's additions stay in the order of the updates.
class ScatterLoops {
public:
  ScatterLoops(ScatterOp op, LoopEmitter &emitter)
      : op(op), e(emitter), type(op.getResult().getType()),
        resultDims(dimensionsOf(op.getResultMap())), indexDims(dimensionsOf(op.getIndexMap())) {}

  void clear(ArrayRef<Value> outer, Value lo, Value hi) {
    Value zero =
        arith::ConstantOp::create(e.builder, e.loc, e.builder.getZeroAttr(type.getElementType()));
    e.forLoop(e.constant(0), e.size(type.size(op.getAxis())), [&](Value at) {
      forColumns(lo, hi, [&](Value column, Value mask) {
        e.store(zero, e.result(), resultPoint(outer, column, at, mask));
      });
    });
  }

  void addUpdates(ArrayRef<Value> outer, Value lo, Value hi) {
    Point update;
    update.indices.resize(op.getUpdates().getType().rank());
    for (auto [index, dim] : llvm::zip(outer, resultDims))
      update.indices[dim] = index;
    addFrom(0, update, outer, lo, hi);
  }

private:
  /// The last axis of a column is walked in lanes if it is contiguous in the result and all lanes
  /// go to one position.
  bool inLanes() {
    return !resultDims.empty() && op.getAxis() + 1 < static_cast<uint64_t>(type.rank()) &&
           !llvm::is_contained(indexDims, resultDims.back());
  }

  void forColumns(Value lo, Value hi, function_ref<void(Value, Value)> body) {
    if (inLanes())
      return e.forStrips(lo, hi, body);
    e.forLoop(lo, hi, [&](Value column) { body(column, Value()); });
  }

  Point resultPoint(ArrayRef<Value> outer, Value column, Value at, Value mask) {
    Point point{SmallVector<Value>(outer), std::nullopt, mask};
    if (!resultDims.empty())
      point.indices.push_back(column);
    point.indices.insert(point.indices.begin() + op.getAxis(), at);
    if (inLanes())
      point.laneDim = type.rank() - 1;
    return point;
  }

  /// Loops over the dimensions of the updates that name no column, in order.
  void addFrom(unsigned dim, Point update, ArrayRef<Value> outer, Value lo, Value hi) {
    while (dim < update.indices.size() && llvm::is_contained(resultDims, dim))
      ++dim;
    if (dim == update.indices.size())
      return addColumns(update, outer, lo, hi);
    e.forLoop(e.constant(0), e.size(op.getUpdates().getType().size(dim)), [&](Value index) {
      update.indices[dim] = index;
      addFrom(dim + 1, update, outer, lo, hi);
    });
  }

  void addColumns(Point update, ArrayRef<Value> outer, Value lo, Value hi) {
    forColumns(lo, hi, [&](Value column, Value mask) {
      if (!resultDims.empty())
        update.indices[resultDims.back()] = column;
      Value at = e.widen(e.load(e.input(1), indexDims, update));
      Point target = resultPoint(outer, column, at, mask);
      if (inLanes()) {
        update.laneDim = resultDims.back();
        update.mask = mask;
      }
      Value more = e.load(e.input(0), identityDims(update.indices.size()), update);
      Value sum = e.load(e.result(), identityDims(type.rank()), target);
      LoopCombiner combiner(e, ReduceKind::Sum, type.getElementType());
      e.store(combiner.add(sum, more, Value(), Value())[0], e.result(), target);
    });
  }

  ScatterOp op;
  LoopEmitter &e;
  TensorType type;
  SmallVector<unsigned> resultDims, indexDims;
};

} // namespace

SizeExpr ScatterOp::parallelRows() {
  return axesWithout(getResult().getType(), getAxis()).elementCount();
}

LogicalResult ScatterOp::emitLoops(LoopEmitter &emitter) {
  SmallVector<unsigned> resultDims = dimensionsOf(getResultMap());
  SmallVector<unsigned> sorted = resultDims;
  llvm::sort(sorted);
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    return emitOpError("has no CPU loops for a result map that reads one dimension twice");
  ScatterLoops loops(*this, emitter);
  TensorType columns = axesWithout(getResult().getType(), getAxis());
  emitter.forRows(columns, [&](ArrayRef<Value> outer, Value lo, Value hi) {
    loops.clear(outer, lo, hi);
    loops.addUpdates(outer, lo, hi);
  });
  return success();
}

} // namespace rx::rxt
