#include "compiler/lower/SoftmaxRows.h"
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// Panels of longer queries or values would need more than half a megabyte of scratch each.
constexpr int64_t longest = 4096;

bool isPlainF32(Value value) {
  auto type = dyn_cast<rxt::TensorType>(value.getType());
  return type && type.getElementType().isF32() &&
         llvm::all_of(type.getAxes(), [](rxt::AxisAttr axis) { return axis.isPlain(); });
}

bool isBounded(const SizeExpr &size) { return size.isConstant() && size.constant() <= longest; }

/// Whether `op` reduces the last axis of its one input, as it is.
bool reducesLastAxis(rxt::ReduceOp op, rxt::ReduceKind kind) {
  if (op.getKind() != kind || op.getInputs().size() != 1 || !isPlainF32(op.getInputs()[0]) ||
      !rxt::mapAt(op.getMaps(), 0).isIdentity())
    return false;
  Block &body = op.getBody().front();
  auto input = cast<rxt::TensorType>(op.getInputs()[0].getType());
  return op.getResult().getType().rank() + 1 == input.rank() &&
         body.getTerminator()->getOperand(0) == body.getArgument(0);
}

AffineMap dropLast(unsigned rank, MLIRContext *context) {
  return AffineMap::getMultiDimIdentityMap(rank, context).dropResult(rank - 1);
}

/// exp(x - max)
bool isWeights(rxt::MapOp op) {
  if (op.getInputs().size() != 2 || !rxt::mapAt(op.getMaps(), 0).isIdentity() ||
      rxt::mapAt(op.getMaps(), 1) != dropLast(op.getResult().getType().rank(), op.getContext()))
    return false;
  Block &body = op.getBody().front();
  auto exp = body.getTerminator()->getOperand(0).getDefiningOp<math::ExpOp>();
  auto difference = exp ? exp.getOperand().getDefiningOp<arith::SubFOp>() : arith::SubFOp();
  return difference && difference.getLhs() == body.getArgument(0) &&
         difference.getRhs() == body.getArgument(1);
}

/// mixed / sum
bool isQuotient(rxt::MapOp op) {
  Block &body = op.getBody().front();
  auto quotient = body.getTerminator()->getOperand(0).getDefiningOp<arith::DivFOp>();
  return op.getInputs().size() == 2 && quotient && quotient.getLhs() == body.getArgument(0) &&
         quotient.getRhs() == body.getArgument(1);
}

/// The number of leading result axes that the keys have too, if the contraction has the form of
/// scores.
std::optional<unsigned> batchRankOf(rxt::ContractOp scores) {
  unsigned rank = scores.getResult().getType().rank(), key = rank - 1, depth = rank;
  AffineMap queries = rxt::mapAt(scores.getMaps(), 0), keys = rxt::mapAt(scores.getMaps(), 1);
  if (rank == 0 || queries.getNumDims() != rank + 1)
    return std::nullopt;
  auto inQueries = rxt::dimensionsOf(queries), inKeys = rxt::dimensionsOf(keys);
  auto distinct = [](ArrayRef<unsigned> dims) {
    return llvm::SmallDenseSet<unsigned>(dims.begin(), dims.end()).size() == dims.size();
  };
  unsigned batch = 0;
  while (batch < key && llvm::is_contained(inKeys, batch))
    ++batch;
  bool rowsInQueries = llvm::all_of(
      llvm::seq(0u, key), [&](unsigned dim) { return llvm::is_contained(inQueries, dim); });
  bool matches = rowsInQueries && distinct(inQueries) && distinct(inKeys) &&
                 inQueries.size() == key + 1 && llvm::is_contained(inQueries, depth) &&
                 inKeys.size() == batch + 2 && llvm::is_contained(inKeys, key) &&
                 llvm::is_contained(inKeys, depth) && inKeys.back() >= key;
  return matches ? std::optional(batch) : std::nullopt;
}

/// Whether `values` has the axes batch.., u, i in some order, or some of the batch axes.
bool isMixture(rxt::ContractOp mixed, const SoftmaxRows &rows, unsigned rowRank) {
  unsigned width = rowRank, key = rowRank + 1;
  if (mixed.getResult().getType().rank() != rowRank + 1 ||
      rxt::mapAt(mixed.getMaps(), 0).getNumDims() != rowRank + 2)
    return false;
  auto weights = rxt::dimensionsOf(rxt::mapAt(mixed.getMaps(), 0));
  SmallVector<unsigned> expected = rxt::identityDims(rowRank);
  expected.push_back(key);
  auto values = rxt::dimensionsOf(rxt::mapAt(mixed.getMaps(), 1));
  llvm::SmallDenseSet<unsigned> distinct(values.begin(), values.end());
  return weights == expected && distinct.size() == values.size() && values.back() >= width &&
         distinct.erase(width) && distinct.erase(key) &&
         llvm::all_of(distinct, [&](unsigned dim) { return dim < rows.batchRank; });
}

/// Whether nothing but `ops` reads their results, apart from `outputs`.
bool isClosed(ArrayRef<Operation *> ops, ValueRange outputs) {
  return llvm::all_of(ops, [&](Operation *op) {
    return llvm::is_contained(outputs, op->getResult(0)) ||
           llvm::all_of(op->getUsers(),
                        [&](Operation *user) { return llvm::is_contained(ops, user); });
  });
}

/// A sum that maps alone lead to from `op`.
rxt::ReduceOp sumBehind(Operation *op, unsigned maps = 2) {
  for (Operation *user : op->getUsers()) {
    auto sum = dyn_cast<rxt::ReduceOp>(user);
    if (!sum && maps > 0 && isa<rxt::MapOp>(user))
      sum = sumBehind(user, maps - 1);
    if (sum && sum.getKind() == rxt::ReduceKind::Sum)
      return sum;
  }
  return {};
}

/// Whether `chosen` reads one key of x for each row, whose axes it has in any order.
bool choosesKey(rxt::GatherOp chosen, SoftmaxRows &rows) {
  return chosen.getAxis() == rows.keyDim() && chosen.getSourceMap().isPermutation();
}

rxt::GatherOp gatherOf(SoftmaxRows &rows) {
  for (Operation *op : {rows.x.getOperation(), rows.scores.getOperation()})
    for (Operation *user : op->getUsers())
      if (auto chosen = dyn_cast<rxt::GatherOp>(user))
        return choosesKey(chosen, rows) ? chosen : rxt::GatherOp();
  return {};
}

} // namespace

int64_t SoftmaxRows::depth() { return rxt::iterationSizes(scores).back().constant(); }

std::optional<SoftmaxRows> matchSoftmaxRows(rxt::ReduceOp sum) {
  SoftmaxRows rows;
  rows.sum = sum;
  if (!reducesLastAxis(sum, rxt::ReduceKind::Sum))
    return std::nullopt;
  rows.weights = sum.getInputs()[0].getDefiningOp<rxt::MapOp>();
  if (!rows.weights || !isWeights(rows.weights))
    return std::nullopt;
  rows.x = rows.weights.getInputs()[0].getDefiningOp<rxt::MapOp>();
  rows.max = rows.weights.getInputs()[1].getDefiningOp<rxt::ReduceOp>();
  if (!rows.x || !rows.max || !reducesLastAxis(rows.max, rxt::ReduceKind::Max) ||
      rows.max.getInputs()[0] != rows.x.getResult() || rows.x.getInputs().empty())
    return std::nullopt;
  rows.scores = rows.x.getInputs()[0].getDefiningOp<rxt::ContractOp>();
  if (!rows.scores || !rxt::mapAt(rows.x.getMaps(), 0).isIdentity() ||
      !isPlainF32(rows.scores.getLhs()) || !isPlainF32(rows.scores.getRhs()))
    return std::nullopt;
  std::optional<unsigned> batchRank = batchRankOf(rows.scores);
  if (!batchRank || !isBounded(rxt::iterationSizes(rows.scores).back()))
    return std::nullopt;
  rows.batchRank = *batchRank;
  return rows;
}

std::optional<Attention> matchAttention(rxt::MapOp result) {
  if (!isPlainF32(result.getResult()) || !isQuotient(result))
    return std::nullopt;
  auto mixed = result.getInputs()[0].getDefiningOp<rxt::ContractOp>();
  auto sum = result.getInputs()[1].getDefiningOp<rxt::ReduceOp>();
  if (!mixed || !sum)
    return std::nullopt;
  std::optional<SoftmaxRows> rows = matchSoftmaxRows(sum);
  if (!rows || mixed.getLhs() != rows->weights.getResult() || !isPlainF32(mixed.getRhs()) ||
      !isMixture(mixed, *rows, rows->rowRank()) ||
      !isBounded(mixed.getResult().getType().getAxes().back().sizeExpr()))
    return std::nullopt;
  AffineMap read = rxt::mapAt(result.getMaps(), 0);
  if (!read.isPermutation() ||
      rxt::mapAt(result.getMaps(), 1) != read.dropResult(read.getNumResults() - 1))
    return std::nullopt;
  Attention attention{*rows, mixed, result};
  return isClosed(attention.ops(), result.getResult()) ? std::optional(attention) : std::nullopt;
}

std::optional<LogSumExp> matchLogSumExp(Operation *last) {
  auto sum = dyn_cast<rxt::ReduceOp>(last);
  if (auto chosen = dyn_cast<rxt::GatherOp>(last))
    if (Operation *source = chosen.getSource().getDefiningOp())
      sum = sumBehind(source);
  std::optional<SoftmaxRows> rows = sum ? matchSoftmaxRows(sum) : std::nullopt;
  if (!rows)
    return std::nullopt;
  LogSumExp found{*rows, gatherOf(*rows)};
  bool closed = found.ops().back() == last && isClosed(found.ops(), found.results());
  return closed ? std::optional(found) : std::nullopt;
}

SmallVector<Operation *> LogSumExp::ops() {
  SmallVector<Operation *> ops = {rows.scores, rows.x, rows.max, rows.weights, rows.sum};
  if (chosen)
    ops.push_back(chosen);
  return ops;
}

SmallVector<Value> LogSumExp::results() {
  SmallVector<Value> results = {rows.max.getResult(), rows.sum.getResult()};
  if (chosen)
    results.push_back(chosen.getResult());
  return results;
}

SmallVector<Operation *> Attention::ops() {
  return {rows.scores, rows.x, rows.max, rows.weights, rows.sum, mixed, result};
}

} // namespace rx::compiler
