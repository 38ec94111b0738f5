//===- Update.cpp - overwrite at integer positions ---===//
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/LoopEmitter.h"
#include "dialects/rxt/Points.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult UpdateOp::verify() {
  TensorType rows = getRows().getType(), result = getResult().getType();
  if (getBase().getType() != result)
    return emitOpError() << "the base is " << getBase().getType() << ", the result " << result;
  if (failed(verifyPositions(*this, rows, "the rows", getIndex().getType(), getIndexMap(), result,
                             getResultMap(), getAxis())))
    return failure();
  SmallVector<unsigned> dims = dimensionsOf(getResultMap());
  llvm::sort(dims);
  if (std::adjacent_find(dims.begin(), dims.end()) != dims.end())
    return emitOpError() << "the result map reads a dimension twice";
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult UpdateOp::evaluate(Evaluation &evaluation) {
  const ReferenceTensor &rows = evaluation.tensor(getRows());
  ReferenceTensor result = evaluation.tensor(getBase());
  Reader index(evaluation.tensor(getIndex()), dimensionsOf(getIndexMap()), rows.rank());
  std::vector<int64_t> strides = result.strides();
  SmallVector<unsigned> otherDims = dimensionsOf(getResultMap());
  int64_t at = 0;
  forEachPoint(rows.shape, [&](ArrayRef<int64_t> point) {
    Scalar row = rows.values[at++];
    int64_t position = index.at(point).integer;
    if (position < 0 || position >= result.shape[getAxis()])
      return;
    int64_t offset = position * strides[getAxis()];
    for (auto [other, dim] : llvm::enumerate(otherDims))
      offset += point[dim] * strides[other < getAxis() ? other : other + 1];
    result.values[offset] = row;
  });
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

namespace {

/// A part owns columns of the result (indices of all axes but the updated one), so that no two
/// parts write one element, and the last of the rows with one position wins.
class UpdateLoops {
public:
  UpdateLoops(UpdateOp op, LoopEmitter &emitter)
      : op(op), e(emitter), rank(op.getRows().getType().rank()),
        columns(dimensionsOf(op.getResultMap())), indexDims(dimensionsOf(op.getIndexMap())) {}

  void emit(ArrayRef<Value> outer, Value lo, Value hi) {
    Point row;
    row.indices.resize(rank);
    for (auto [index, dim] : llvm::zip(outer, columns))
      row.indices[dim] = index;
    overRows(0, row, outer, lo, hi);
  }

private:
  /// Loops over the dimensions of the rows that name no column, in order.
  void overRows(unsigned dim, Point row, ArrayRef<Value> outer, Value lo, Value hi) {
    while (dim < rank && llvm::is_contained(columns, dim))
      ++dim;
    if (dim == rank)
      return storeColumns(row, outer, lo, hi);
    e.forLoop(e.constant(0), e.size(op.getRows().getType().size(dim)), [&](Value index) {
      row.indices[dim] = index;
      overRows(dim + 1, row, outer, lo, hi);
    });
  }

  /// The last axis of a column is walked in lanes if it is contiguous in the result and all lanes
  /// go to one position.
  bool inLanes() {
    return !columns.empty() &&
           op.getAxis() + 1 < static_cast<uint64_t>(op.getResult().getType().rank()) &&
           !llvm::is_contained(indexDims, columns.back());
  }

  void storeColumns(Point row, ArrayRef<Value> outer, Value lo, Value hi) {
    if (inLanes()) {
      row.indices[columns.back()] = lo; // any column: the position is that of all
      ifInside(row, [&](Value position) {
        e.forStrips(lo, hi,
                    [&](Value column, Value mask) { storeAt(row, outer, column, position, mask); });
      });
      return;
    }
    e.forLoop(lo, hi, [&](Value column) {
      if (!columns.empty())
        row.indices[columns.back()] = column;
      ifInside(row, [&](Value position) { storeAt(row, outer, column, position, Value()); });
    });
  }

  void ifInside(const Point &row, function_ref<void(Value)> body) {
    Value position = e.widen(e.load(e.input(2), indexDims, row));
    Value size = e.size(op.getResult().getType().size(op.getAxis()));
    Value inside = e.both(e.compare(arith::CmpIPredicate::sge, position, e.constant(0)),
                          e.compare(arith::CmpIPredicate::slt, position, size));
    e.ifThen(inside, [&] { body(position); });
  }

  void storeAt(Point row, ArrayRef<Value> outer, Value column, Value position, Value mask) {
    Point target{SmallVector<Value>(outer), std::nullopt, mask};
    if (!columns.empty()) {
      target.indices.push_back(column);
      row.indices[columns.back()] = column;
    }
    target.indices.insert(target.indices.begin() + op.getAxis(), position);
    if (inLanes()) {
      target.laneDim = op.getResult().getType().rank() - 1;
      row.laneDim = columns.back();
      row.mask = mask;
    }
    e.store(e.load(e.input(1), identityDims(rank), row), e.result(), target);
  }

  UpdateOp op;
  LoopEmitter &e;
  unsigned rank;
  SmallVector<unsigned> columns, indexDims;
};

} // namespace

std::optional<unsigned> UpdateOp::updatedOperand() { return 0; }

SizeExpr UpdateOp::parallelRows() {
  return axesWithout(getResult().getType(), getAxis()).elementCount();
}

LogicalResult UpdateOp::emitLoops(LoopEmitter &emitter) {
  UpdateLoops loops(*this, emitter);
  emitter.forRows(axesWithout(getResult().getType(), getAxis()),
                  [&](ArrayRef<Value> outer, Value lo, Value hi) { loops.emit(outer, lo, hi); });
  return success();
}

} // namespace rx::rxt
