//===- Loop.cpp - trips with shared, indexed and carried values ---===//
#include "dialects/rxt/Evaluation.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

/// (C1) the type of one row of an indexed operand, or null with the error reported.
static Type rowOf(LoopOp op, unsigned index, Type type) {
  int64_t trips = op.getTrips();
  if (auto table = dyn_cast<TableType>(type)) {
    if (table.getTrips().front() == trips)
      return table.row();
    op.emitOpError() << "indexed operand " << index << " has " << table.getTrips().front()
                     << " rows, the loop makes " << trips << " trips";
    return {};
  }
  auto tensor = cast<TensorType>(type);
  if (tensor.rank() > 0 && tensor.size(0) == SizeExpr(trips))
    return TensorType::get(op.getContext(), tensor.getElementType(), tensor.getAxes().drop_front());
  op.emitOpError() << "the first axis of indexed operand " << index << " is one row per trip, but "
                   << tensor << " does not start with " << trips;
  return {};
}

static LogicalResult verifyArguments(LoopOp op) {
  SmallVector<Type> expected{
      TensorType::get(IntegerType::get(op.getContext(), 32), ArrayRef<SizeExpr>())};
  llvm::append_range(expected, op.getShared().getTypes());
  for (auto [index, type] : llvm::enumerate(op.getIndexed().getTypes())) {
    Type row = rowOf(op, index, type);
    if (!row)
      return failure();
    expected.push_back(row);
  }
  llvm::append_range(expected, op.getCarried().getTypes());
  Block &body = op.getBody().front();
  if (body.getNumArguments() != expected.size())
    return op.emitOpError() << "the body takes the trip, " << op.getShared().size() << " shared, "
                            << op.getIndexed().size() << " indexed and " << op.getCarried().size()
                            << " carried values, but has " << body.getNumArguments()
                            << " arguments";
  for (auto [index, type] : llvm::enumerate(expected))
    if (body.getArgument(index).getType() != type)
      return op.emitOpError() << "argument " << index << " of the body is "
                              << body.getArgument(index).getType() << ", expected " << type;
  return success();
}

/// (C3) `rows` prepends an axis of size `trips` to `row`.
static bool stacks(Type rows, Type row, int64_t trips) {
  auto outer = cast<TensorType>(rows);
  auto inner = dyn_cast<TensorType>(row);
  return inner && outer.rank() == inner.rank() + 1 && outer.size(0) == SizeExpr(trips) &&
         outer.getElementType() == inner.getElementType() &&
         outer.getAxes().drop_front() == inner.getAxes();
}

LogicalResult LoopOp::verify() {
  if (static_cast<int64_t>(getTrips()) < 0)
    return emitOpError() << "the number of trips is negative";
  if (failed(verifyArguments(*this)))
    return failure();
  auto yield = cast<YieldOp>(getBody().front().getTerminator());
  if (yield.getValues().size() != getNumResults() || getNumResults() < getCarried().size())
    return emitOpError() << "the body yields " << yield.getValues().size() << " values for "
                         << getNumResults() << " results, " << getCarried().size()
                         << " of them carried";
  for (unsigned i = 0; i < getNumResults(); ++i) {
    Type yielded = yield.getValues()[i].getType(), result = getResult(i).getType();
    bool carried = i < getCarried().size();
    if (carried && (yielded != getCarried()[i].getType() || yielded != result))
      return emitOpError() << "carried value " << i << " enters as " << getCarried()[i].getType()
                           << ", is yielded as " << yielded << " and leaves as " << result;
    if (!carried && !stacks(result, yielded, getTrips()))
      return emitOpError() << "result " << i << " stacks " << getTrips() << " values of " << yielded
                           << ", but is " << result;
  }
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult LoopOp::evaluate(Evaluation &evaluation) {
  std::vector<ReferenceValue> carried;
  for (Value value : getCarried())
    carried.push_back(evaluation.value(value));
  std::vector<ReferenceTensor> stacked;
  for (Value result : getResults().drop_front(carried.size()))
    stacked.push_back(evaluation.allocate(cast<TensorType>(result.getType())));
  for (int64_t trip = 0; trip < static_cast<int64_t>(getTrips()); ++trip) {
    std::vector<ReferenceValue> arguments{ReferenceTensor::ofIntegers({}, {trip})}, yielded;
    for (Value value : getShared())
      arguments.push_back(evaluation.value(value));
    for (Value value : getIndexed())
      arguments.push_back(evaluation.value(value).row(trip));
    arguments.insert(arguments.end(), carried.begin(), carried.end());
    if (failed(evaluation.run(getBody().front(), arguments, yielded)))
      return failure();
    for (size_t i = 0; i < stacked.size(); ++i) {
      const ReferenceTensor &row = yielded[carried.size() + i].tensor();
      llvm::copy(row.values, stacked[i].values.begin() + trip * row.count());
    }
    yielded.resize(carried.size());
    carried = std::move(yielded);
  }
  for (size_t i = 0; i < carried.size(); ++i)
    evaluation.set(getResult(i), carried[i]);
  for (size_t i = 0; i < stacked.size(); ++i)
    evaluation.set(getResult(carried.size() + i), std::move(stacked[i]));
  return success();
}

//===-- CPU loops ---===//

// Not part of a kernel: it becomes instructions of the plan.

} // namespace rx::rxt
