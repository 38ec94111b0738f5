#include "compiler/lower/KernelViews.h"
#include "compiler/lower/SoftmaxPanels.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace rx::compiler {

using rxt::LoopEmitter;
using Values = LoopEmitter::Values;

constexpr int64_t width = PanelProducts::width, lanes = LoopEmitter::lanes;

//===-- Keys ---===//

Value SoftmaxPanels::strideOf(const rxt::View &view, ArrayRef<unsigned> dims, unsigned dim) {
  return view.strides[llvm::find(dims, dim) - dims.begin()];
}

/// The arguments of the equation. Those that differ from key to key, or those that do not, are left
/// as they stand in `known`.
Values SoftmaxPanels::arguments(Value lane, Value score, Value key, bool ofKeys,
                                ArrayRef<Value> known) {
  Values values(known);
  unsigned inputs = rows.x.getInputs().size();
  values.resize(inputs + equation.positionDims.size());
  for (auto [index, input] : llvm::enumerate(rows.x.getInputs()))
    if (index > 0 && equation.ofKey[index] == ofKeys) {
      auto dims = rxt::dimensionsOf(rxt::mapAt(rows.x.getMaps(), index));
      auto read = positions(dims, lane, [&](unsigned) { return key; });
      values[index] = e.loadAt(viewOf(input), read, Value());
    }
  if (ofKeys)
    values[0] = score;
  for (auto [i, dim] : llvm::enumerate(equation.positionDims)) {
    if (equation.ofKey[inputs + i] != ofKeys)
      continue;
    Value index = dim < batchRank ? batch[dim]
                  : dim < keyDim  ? rowIndices(dim - batchRank, lane)
                                  : key;
    Type i32 = e.builder.getI32Type();
    values[inputs + i] = arith::TruncIOp::create(
        e.builder, e.loc, e.isVector(index) ? Type(e.vectorOf(i32)) : i32, index);
  }
  return values;
}

/// The keys that some row of the panel sees, as far as the equation tells.
std::pair<Value, Value> SoftmaxPanels::visibleKeys() {
  Value none = e.constant(0), all = e.size(rows.keys());
  if (equation.bounds.empty())
    return {none, all};
  auto carried =
      e.forCarry(none, strips, e.constant(1), {all, none}, [&](Value strip, ValueRange widest) {
        auto [lower, upper] = boundsOf(e.mul(strip, e.constant(lanes)));
        return Values{e.min(widest[0], e.max(lower, none)), e.max(widest[1], e.min(upper, all))};
      });
  if (!products.rounds())
    return {carried[0], carried[1]};
  // Values are multiplied in pairs of keys, the same ones for every panel.
  Value two = e.constant(2), end = e.mul(e.div(e.add(carried[1], e.constant(1)), two), two);
  return {e.mul(e.div(carried[0], two), two), e.min(end, all)};
}

/// The least lower and the greatest upper bound of the rows of a half.
std::pair<Value, Value> SoftmaxPanels::boundsOf(Value lane) {
  using Kind = vector::CombiningKind;
  Values values = arguments(lane, Value(), Value(), false, {});
  for (auto [value, argument] : llvm::zip(values, equation.body->getArguments()))
    if (!value) // of a key: no bound depends on it
      value =
          arith::ConstantOp::create(e.builder, e.loc, e.builder.getZeroAttr(argument.getType()));
  Value lower = e.constant(0), upper = e.size(rows.keys());
  for (const KeyBound &bound : equation.bounds) {
    Value value = e.evaluate(bound.block(), values, rxt::Point());
    if (e.isVector(value))
      value = vector::ReductionOp::create(e.builder, e.loc,
                                          bound.isUpper ? Kind::MAXSI : Kind::MINSI, value);
    (bound.isUpper ? upper : lower) = bound.isUpper ? e.min(upper, value) : e.max(lower, value);
  }
  return {lower, upper};
}

/// Keys [from, to) of the block at `start`, a multiple of keyBlock, to where products read them.
void SoftmaxPanels::fetchKeys(Value start, Value from, Value to) {
  Value keys = rows.scores.getRhs();
  if (keyDecode)
    return decodeKeys(start);
  if (isPlaced(keys))
    copyRows(keys, rxt::dimensionsOf(rxt::mapAt(rows.scores.getMaps(), 1)), keyDim, rows.depth(),
             from, to, keyRows);
  if (keyPack)
    packKeys(start);
}

/// The whole block to keyTile, in panels: a block is some of them.
void SoftmaxPanels::decodeKeys(Value start) {
  Value columns = e.constant(keyForm.columns), depth = e.constant(rows.depth());
  Value count = e.min(e.constant(keyBlock), e.sub(e.size(rows.keys()), start));
  Value panels = e.div(e.add(count, e.constant(keyForm.columns - 1)), columns);
  Value step = e.constant(keyForm.panelBytes(rows.depth()));
  Value keys = viewOf(rows.scores.getRhs()).pointer;
  Value source = LLVM::GEPOp::create(e.builder, e.loc, keys.getType(), e.builder.getI8Type(), keys,
                                     ValueRange(e.mul(e.div(start, columns), step)));
  func::CallOp::create(e.builder, e.loc, keyDecode,
                       ValueRange{panels, depth, source, step, keyTile, keyPanelStep()});
}

/// The same of dense keys.
void SoftmaxPanels::packKeys(Value start) {
  Value count = e.min(e.constant(keyBlock), e.sub(e.size(rows.keys()), start));
  Value depth = e.constant(rows.depth()), source = keyRows, stride = depth;
  if (!isPlaced(rows.scores.getRhs()))
    std::tie(source, stride) = keysFrom(start);
  func::CallOp::create(e.builder, e.loc, keyPack,
                       ValueRange{count, depth, e.constant(keyForm.columns), source, stride,
                                  keyTile, keyPanelStep()});
}

/// Words of a panel of keyTile.
Value SoftmaxPanels::keyPanelStep() {
  return e.constant(products.words().count(rows.depth()) * keyForm.columns);
}

/// The same with the keys in keyTile, panel by panel: k is the outer axis of each.
void SoftmaxPanels::computeScoresOfPanels(const KeyBlock &block) {
  Value columns = e.constant(keyForm.columns),
        depth = e.constant(products.words().count(rows.depth()));
  Value offset = e.rem(block.first, e.constant(keyBlock)), end = e.add(offset, block.count);
  Value first = e.mul(e.div(offset, columns), columns);
  e.forLoop(first, end, columns, [&](Value panel) {
    Value from = e.max(panel, offset), to = e.min(e.add(panel, columns), end);
    PanelProducts::Operands operands;
    operands.rows = e.sub(to, from);
    operands.depth = depth;
    operands.a = at(at(keyTile, e.mul(panel, depth)), e.sub(from, panel));
    operands.aStep = columns;
    operands.alongDepth = false;
    operands.b = queries;
    operands.c = at(block.tile, e.mul(e.sub(from, offset), e.constant(width)));
    operands.strips = strips;
    products.store(e, operands, keyForm.columns);
  });
}

bool SoftmaxPanels::isPlaced(Value operand) {
  auto gather = operand.getDefiningOp<rxt::GatherOp>();
  return gather && placesRows(gather);
}

Value SoftmaxPanels::rowIn(Value tile, Value key, int64_t elements) {
  return at(tile, e.mul(e.rem(key, e.constant(keyBlock)), e.constant(elements)));
}

void SoftmaxPanels::copyRows(Value operand, ArrayRef<unsigned> dims, unsigned key, int64_t elements,
                             Value from, Value to, Value tile) {
  rxt::View view = viewOf(operand);
  e.forLoop(from, to, [&](Value row) {
    auto start = llvm::map_to_vector(dims, [&](unsigned dim) {
      return dim < batchRank ? batch[dim] : dim == key ? row : e.constant(0);
    });
    Value source = e.address(view, start), target = rowIn(tile, row, elements);
    int64_t inLanes = elements / lanes * lanes;
    e.forLoop(e.constant(0), e.constant(inLanes), e.constant(lanes),
              [&](Value i) { store(load(at(source, i)), at(target, i)); });
    e.forLoop(e.constant(inLanes), e.constant(elements), [&](Value i) {
      Value element =
          LLVM::LoadOp::create(e.builder, e.loc, e.builder.getF32Type(), at(source, i), 4);
      LLVM::StoreOp::create(e.builder, e.loc, element, at(target, i), 4);
    });
  });
}

/// scoreTile[key][row] = queries * keys.
void SoftmaxPanels::computeScores(const KeyBlock &block) {
  if (blocks)
    return computeScoresOfBlocks(block);
  if (keyDecode || keyPack)
    return computeScoresOfPanels(block);
  PanelProducts::Operands operands;
  operands.rows = block.count;
  operands.depth = e.constant(rows.depth());
  operands.b = queries;
  operands.c = block.tile;
  operands.strips = strips;
  if (isPlaced(rows.scores.getRhs())) {
    operands.a = rowIn(keyRows, block.first, rows.depth());
    operands.aStep = operands.depth;
    operands.alongDepth = true;
    return products.store(e, operands, keyBlock);
  }
  operands.alongDepth = keysAreAlongDepth();
  std::tie(operands.a, operands.aStep) = keysFrom(block.first);
  products.store(e, operands, keyBlock);
}

/// Whether the elements of a key lie side by side.
bool SoftmaxPanels::keysAreAlongDepth() {
  return isPlaced(rows.scores.getRhs()) ||
         rxt::dimensionsOf(rxt::mapAt(rows.scores.getMaps(), 1)).back() != keyDim;
}

/// The address of a dense key, and the stride of the axis that does not lie side by side.
std::pair<Value, Value> SoftmaxPanels::keysFrom(Value key) {
  rxt::View keys = viewOf(rows.scores.getRhs());
  SmallVector<unsigned> dims = rxt::dimensionsOf(rxt::mapAt(rows.scores.getMaps(), 1));
  auto start = llvm::map_to_vector(dims, [&](unsigned dim) {
    return dim < batchRank ? batch[dim] : dim == keyDim ? key : e.constant(0);
  });
  return {e.address(keys, start), strideOf(keys, dims, keysAreAlongDepth() ? keyDim : keyDim + 1)};
}

/// x to weights exp(x - max) of one half of the panel, and what is summed so far to the scale of
/// the new maxima.
void SoftmaxPanels::computeWeights(const KeyBlock &block, Value lane, Value before, Value now) {
  store(now, at(maxima, lane));
  Value reference = referenceOf(now), scale = weight(before, reference);
  store(scale, at(scales, lane));
  auto body = [&](Value key, ValueRange carried) {
    Value pointer = at(block.tile, e.add(e.mul(key, e.constant(width)), lane));
    Value w = weight(load(pointer), reference);
    store(w, pointer);
    return Values{plus(carried[0], w)};
  };
  Value sum = e.forCarry(e.constant(0), block.count, e.constant(1), {number(0)}, body)[0];
  addToSum(at(sums, lane), at(lost, lane), scale, sum);
}

Value SoftmaxPanels::sumsOf(Value lane) { return plus(load(at(sums, lane)), load(at(lost, lane))); }

/// Scores to x in place; the maximum of x and of what came before. NaN is left out: its weight is
/// NaN, which is what the row's results will be.
Value SoftmaxPanels::computeEquation(const KeyBlock &block, Value lane) {
  Values known = arguments(lane, Value(), Value(), false, {});
  return e.forCarry(e.constant(0), block.count, e.constant(1), {load(at(maxima, lane))},
                    [&](Value index, ValueRange carried) {
                      Value offset = e.add(e.mul(index, e.constant(width)), lane);
                      Value pointer = at(block.tile, offset), key = e.add(block.first, index);
                      Values values = arguments(lane, load(pointer), key, true, known);
                      Value x = e.splat(e.evaluate(*equation.body, values, rxt::Point()));
                      store(x, pointer);
                      Value larger = arith::CmpFOp::create(
                          e.builder, e.loc, arith::CmpFPredicate::OGT, x, carried[0]);
                      return Values{e.select(larger, x, carried[0])};
                    })[0];
}

} // namespace rx::compiler
