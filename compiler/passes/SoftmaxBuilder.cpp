#include "compiler/passes/SoftmaxBuilder.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace rx::compiler {

std::optional<RowDims> RowDims::of(Exponential &exponential) {
  rxt::ContractOp scores = exponential.scores;
  auto axes = exponential.equation->read(exponential.scoresInput); // dimension of each result axis
  unsigned rank = axes.size();
  auto sides = llvm::map_to_vector(llvm::seq(0u, 2u), [&](unsigned side) {
    return rxt::dimensionsOf(rxt::mapAt(scores.getMaps(), side));
  });
  if (rxt::mapAt(scores.getMaps(), 0).getNumDims() != rank + 1)
    return std::nullopt; // several dimensions are summed over
  unsigned key = llvm::find(axes, exponential.keyDim) - axes.begin();
  RowDims dims;
  dims.queriesSide = llvm::is_contained(sides[0], key) ? 1 : 0;
  auto &queries = sides[dims.queriesSide], &keys = sides[1 - dims.queriesSide];
  if (llvm::is_contained(queries, key))
    return std::nullopt;
  for (bool ofKeys : {true, false})
    for (unsigned axis = 0; axis < rank; ++axis)
      if (axis != key && llvm::is_contained(keys, axis) == ofKeys) {
        if (!llvm::is_contained(queries, axis))
          return std::nullopt; // the keys have an axis of their own
        dims.rows.push_back(axes[axis]);
        dims.batchRank += ofKeys;
      }
  llvm::SmallDenseSet<unsigned> distinct(axes.begin(), axes.end());
  return distinct.size() == rank ? std::optional(dims) : std::nullopt;
}

SoftmaxBuilder::SoftmaxBuilder(OpBuilder &builder, Location loc, Exponential &exponential,
                               const RowDims &dims)
    : builder(builder), loc(loc), exponential(exponential), dims(dims), rank(dims.rows.size()) {
  buildScores();
  buildX();
  max = reduce(rxt::ReduceKind::Max, x);
  rxt::TensorType type = typeOf(sizes);
  AffineMap all = plain(rank + 1, rxt::identityDims(rank + 1));
  AffineMap row = plain(rank + 1, rxt::identityDims(rank));
  weights = map({x, max}, {all, row}, type, [&](OpBuilder &b, ValueRange values) -> Value {
    Value difference = arith::SubFOp::create(b, loc, values[0], values[1]);
    return math::ExpOp::create(b, loc, difference);
  });
  sum = reduce(rxt::ReduceKind::Sum, weights);
}

AffineMap SoftmaxBuilder::plain(unsigned count, ArrayRef<unsigned> read) {
  auto exprs =
      llvm::map_to_vector(read, [&](unsigned dim) { return builder.getAffineDimExpr(dim); });
  return AffineMap::get(count, 0, exprs, builder.getContext());
}

rxt::TensorType SoftmaxBuilder::typeOf(ArrayRef<SizeExpr> axes) {
  return rxt::TensorType::get(builder.getF32Type(), axes);
}

/// scores[rows.., keys] = queries[rows.., i] * keys[batch.., keys, i]
void SoftmaxBuilder::buildScores() {
  rxt::ContractOp original = exponential.scores;
  auto axes = exponential.equation->read(exponential.scoresInput);
  SmallVector<unsigned> moved(axes.size() + 1, rank + 1); // the new dimension of each old one
  SmallVector<SizeExpr> old = rxt::iterationSizes(original);
  sizes.resize(rank + 1);
  for (auto [axis, dim] : llvm::enumerate(axes)) {
    moved[axis] = dim == exponential.keyDim ? rank : dims.at(dim);
    sizes[moved[axis]] = old[axis];
  }
  SmallVector<AffineMap> maps;
  SmallVector<Value> operands;
  for (unsigned side : {dims.queriesSide, 1 - dims.queriesSide}) {
    auto read = llvm::map_to_vector(rxt::dimensionsOf(rxt::mapAt(original.getMaps(), side)),
                                    [&](unsigned dim) { return moved[dim]; });
    maps.push_back(plain(rank + 2, read));
    operands.push_back(original->getOperand(side));
  }
  scores = rxt::ContractOp::create(builder, loc, typeOf(sizes), operands[0], operands[1],
                                   builder.getAffineMapArrayAttr(maps));
}

/// The equation up to x, with its dimensions in the new order and the scores in front.
void SoftmaxBuilder::buildX() {
  RowEquation &equation = *exponential.equation;
  auto moved = [&](unsigned dim) { return dim == exponential.keyDim ? rank : dims.at(dim); };
  SmallVector<Value> inputs = {scores};
  SmallVector<AffineMap> maps = {plain(rank + 1, rxt::identityDims(rank + 1))};
  Region region;
  Block &block = region.emplaceBlock();
  IRMapping mapping;
  mapping.map(equation.block().getArgument(exponential.scoresInput),
              block.addArgument(builder.getF32Type(), loc));
  SetVector<Operation *> needed;
  auto need = [&](Value value, auto &&need) -> void {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (mapping.contains(argument))
        return;
      unsigned index = argument.getArgNumber();
      inputs.push_back(equation.inputs()[index]);
      auto read = llvm::map_to_vector(equation.read(index), moved);
      maps.push_back(plain(rank + 1, read));
      mapping.map(argument, block.addArgument(argument.getType(), loc));
      return;
    }
    for (Value operand : value.getDefiningOp()->getOperands())
      need(operand, need);
    needed.insert(value.getDefiningOp());
  };
  need(exponential.x, need);
  OpBuilder inside(builder.getContext());
  inside.setInsertionPointToEnd(&block);
  for (Operation *op : needed) {
    Operation *copy = inside.clone(*op, mapping);
    if (auto index = dyn_cast<rxt::IndexOp>(copy))
      index.setDim(moved(index.getDim()));
  }
  rxt::YieldOp::create(inside, loc, mapping.lookup(exponential.x));
  auto op =
      rxt::MapOp::create(builder, loc, typeOf(sizes), inputs, builder.getAffineMapArrayAttr(maps));
  op.getBody().takeBody(region);
  x = op.getResult();
}

Value SoftmaxBuilder::map(ValueRange inputs, ArrayRef<AffineMap> maps, rxt::TensorType type,
                          function_ref<Value(OpBuilder &, ValueRange)> body) {
  auto op = rxt::MapOp::create(builder, loc, type, inputs, builder.getAffineMapArrayAttr(maps));
  Block &block = op.getBody().emplaceBlock();
  for (Value input : inputs)
    block.addArgument(cast<rxt::TensorType>(input.getType()).getElementType(), loc);
  auto inside = OpBuilder::atBlockEnd(&block);
  rxt::YieldOp::create(inside, loc, body(inside, block.getArguments()));
  return op.getResult();
}

Value SoftmaxBuilder::reduce(rxt::ReduceKind kind, Value input) {
  AffineMap all = plain(rank + 1, rxt::identityDims(rank + 1));
  auto op = rxt::ReduceOp::create(builder, loc, typeOf(ArrayRef(sizes).drop_back()), kind, input,
                                  builder.getAffineMapArrayAttr({all}));
  Block &block = op.getBody().emplaceBlock();
  Value element = block.addArgument(builder.getF32Type(), loc);
  auto inside = OpBuilder::atBlockEnd(&block);
  rxt::YieldOp::create(inside, loc, element);
  return op.getResult();
}

Value SoftmaxBuilder::attention(Value values, ArrayRef<unsigned> read, SizeExpr width,
                                rxt::TensorType type, ArrayRef<unsigned> order) {
  SmallVector<unsigned> weightsRead = rxt::identityDims(rank);
  weightsRead.push_back(rank + 1);
  SmallVector<SizeExpr> mixedSizes(ArrayRef(sizes).drop_back());
  mixedSizes.push_back(width);
  Value mixed = rxt::ContractOp::create(
      builder, loc, typeOf(mixedSizes), weights, values,
      builder.getAffineMapArrayAttr({plain(rank + 2, weightsRead), plain(rank + 2, read)}));
  SmallVector<unsigned> inverse(rank + 1); // the result's axis for each axis of mixed
  for (auto [axis, from] : llvm::enumerate(order))
    inverse[from] = axis;
  return map({mixed, sum},
             {plain(rank + 1, inverse), plain(rank + 1, ArrayRef(inverse).drop_back())}, type,
             [&](OpBuilder &b, ValueRange elements) -> Value {
               return arith::DivFOp::create(b, loc, elements[0], elements[1]);
             });
}

} // namespace rx::compiler
