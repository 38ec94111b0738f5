#include "compiler/lower/AttentionStep.h"
#include "compiler/lower/GemmPacking.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <limits>

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {
namespace {

using rxt::LoopEmitter;
using rxt::Position;
using Values = LoopEmitter::Values;

constexpr int64_t lanes = LoopEmitter::lanes, keyBlock = SoftmaxPanels::keyBlock;
/// Rows that go through the keys together, while a block of them is in cache.
constexpr int64_t rowsAtOnce = 8;
/// Sums that run side by side: of keys, and of strips of a value. Enough to hide the latency of a
/// multiplication, few enough for the registers of AVX2.
constexpr int64_t keysAtOnce = 8, stripsAtOnce = 4;
constexpr int64_t cacheLine = 64; // bytes
constexpr double infinity = std::numeric_limits<double>::infinity();

class StepEmitter : SoftmaxArithmetic {
public:
  StepEmitter(LoopEmitter &e, ModuleOp module, Attention &attention, ViewOf viewOf)
      : SoftmaxArithmetic(e), module(module), attention(attention), rows(attention.rows),
        viewOf(viewOf), equation(rows, e), sizes(rxt::iterationSizes(rows.scores)),
        depth(rows.depth()), width(attention.width()), batchRank(rows.batchRank),
        rowRank(rows.rowRank()) {}

  void emit();
  /// Of a row: its query, what is mixed so far and in this block, scores of the block, and numbers
  /// repeated in every lane.
  static int64_t rowElements(Attention &attention) {
    return attention.rows.depth() + 2 * attention.width() + keyBlock + numbersOfRow * lanes;
  }
  /// Products of 16 keys, not yet summed.
  static constexpr int64_t sharedElements = lanes * lanes;

private:
  enum { Maximum, Sum, Lost, Scale, Range, numbersOfRow }; // Range: two i64

  //===-- Rows ---===//
  void forGroup(Value first, Value last, Value element, Value rowsOfElement);
  void placeRow(Value slot);
  void beginRow();
  std::pair<Value, Value> visibleKeys();
  void endRow();
  Values indicesOfRow() const;

  //===-- Keys ---===//
  void mixBlock(Value start, Value count);
  void forRows(Value start, Value count, function_ref<void(Value from, Value count)> body);
  void forStrips(Value start, Value count, function_ref<void(Value first)> begin,
                 function_ref<void(Value from, Value count, Value strip)> body);
  void readInOrder(Value operand, AffineMap map, int64_t elements, Value first);
  void computeScores(Value from, Value count, Value strip);
  void sumProducts(int64_t first, Value firstKey, Value lastKey);
  Value computeEquation(Value from, Value count, Value before);
  void computeWeights(Value count, Value before, Value now);
  void mixValues(Value from, Value count, Value strip);
  void addBlock();
  Values arguments(Value score, Value key, bool ofKeys, ArrayRef<Value> known, Value mask);
  Value keyAddress(Value operand, ArrayRef<unsigned> dims, Value key);

  //===-- f32 ---===//
  using SoftmaxArithmetic::at;
  Value at(Value pointer, int64_t elements) { return at(pointer, e.constant(elements)); }
  Value loadOne(Value pointer) {
    return LLVM::LoadOp::create(e.builder, e.loc, e.builder.getF32Type(), pointer, 4);
  }
  Value fused(Value a, Value b, Value c) { return math::FmaOp::create(e.builder, e.loc, a, b, c); }
  Value ofRow(int which) { return at(numbers, which * lanes); }
  Value reduced(vector::CombiningKind kind, Value vector) {
    return vector::ReductionOp::create(e.builder, e.loc, kind, vector);
  }

  ModuleOp module;
  Attention &attention;
  SoftmaxRows &rows;
  ViewOf viewOf;
  SoftmaxEquation equation;
  SmallVector<SizeExpr> sizes; ///< of the iteration space of the scores
  int64_t depth, width;
  unsigned batchRank, rowRank;
  Value firstInside; ///< row of the group, in its batch element
  Values seen;         ///< keys that rows of the group see: the first, and one after the last
  Values index;        ///< of the row, along its axes
  Value query, numbers, mixture, inBlock, tile; ///< scratch of the row
  Value products;                               ///< scratch that rows share
};

//===-- Rows ---===//

void StepEmitter::emit() {
  products = e.scratch();
  SizeExpr count(1);
  for (unsigned axis = batchRank; axis < rowRank; ++axis)
    count = count * sizes[axis];
  Value rowsOfElement = e.max(e.size(count), e.constant(1));
  e.whileLoop(
      e.begin(), [&](Value first) { return e.compare(Predicate::slt, first, e.end()); },
      [&](Value first) {
        Value element = e.div(first, rowsOfElement);
        Value end = e.mul(e.add(element, e.constant(1)), rowsOfElement);
        Value last = e.min(e.min(end, e.end()), e.add(first, e.constant(rowsAtOnce)));
        forGroup(first, last, element, rowsOfElement);
        return last;
      });
}

/// Rows [first, last) of one batch element.
void StepEmitter::forGroup(Value first, Value last, Value element, Value rowsOfElement) {
  index.assign(rowRank, Value());
  for (unsigned axis = batchRank; axis-- > 0;) {
    Value size = e.size(sizes[axis]);
    index[axis] = axis == 0 ? element : e.rem(element, size);
    element = axis == 0 ? element : e.div(element, size);
  }
  Value zero = e.constant(0), one = e.constant(1), count = e.sub(last, first);
  firstInside = e.rem(first, rowsOfElement);
  auto keys =
      e.forCarry(zero, count, one, {e.size(rows.keys()), zero}, [&](Value slot, ValueRange widest) {
        placeRow(slot);
        beginRow();
        auto [from, to] = visibleKeys();
        LLVM::StoreOp::create(e.builder, e.loc, from, ofRow(Range), 8);
        LLVM::StoreOp::create(e.builder, e.loc, to, at(ofRow(Range), 2), 8);
        return Values{e.min(widest[0], from), e.max(widest[1], to)};
      });
  Value size = e.constant(keyBlock);
  seen = keys;
  e.forLoop(e.mul(e.div(keys[0], size), size), keys[1], size,
            [&](Value start) { mixBlock(start, count); });
  e.forLoop(zero, count, [&](Value slot) {
    placeRow(slot);
    endRow();
  });
}

/// Points everything at the scratch of the row in `slot`.
void StepEmitter::placeRow(Value slot) {
  Value row = e.add(firstInside, slot);
  query = at(at(products, sharedElements), e.mul(slot, e.constant(rowElements(attention))));
  mixture = at(query, depth);
  inBlock = at(mixture, width);
  tile = at(inBlock, width);
  numbers = at(tile, keyBlock);
  for (unsigned axis = rowRank; axis-- > batchRank;) {
    Value size = e.size(sizes[axis]);
    index[axis] = axis == batchRank ? row : e.rem(row, size);
    row = axis == batchRank ? row : e.div(row, size);
  }
}

void StepEmitter::beginRow() {
  rxt::View view = viewOf(rows.scores.getLhs());
  auto dims = rxt::dimensionsOf(rxt::mapAt(rows.scores.getMaps(), 0));
  auto start = llvm::map_to_vector(
      dims, [&](unsigned dim) { return dim < rowRank ? index[dim] : e.constant(0); });
  Value source = e.address(view, start);
  Value step = e.constant(lanes);
  e.forLoop(e.constant(0), e.constant(depth), step,
            [&](Value i) { store(load(at(source, i)), at(query, i)); });
  e.forLoop(e.constant(0), e.constant(width), step,
            [&](Value i) { store(number(0), at(mixture, i)); });
  store(number(-infinity), ofRow(Maximum));
  store(number(0), ofRow(Sum));
  store(number(0), ofRow(Lost));
}

/// The keys that the row sees, as far as the equation tells.
std::pair<Value, Value> StepEmitter::visibleKeys() {
  Value lower = e.constant(0), upper = e.size(rows.keys());
  Values values = arguments(Value(), Value(), false, {}, Value());
  for (auto [value, argument] : llvm::zip(values, equation.body->getArguments()))
    if (!value) // of a key: no bound depends on it
      value =
          arith::ConstantOp::create(e.builder, e.loc, e.builder.getZeroAttr(argument.getType()));
  for (const KeyBound &bound : equation.bounds) {
    Value value = e.evaluate(bound.block(), values, rxt::Point());
    (bound.isUpper ? upper : lower) = bound.isUpper ? e.min(upper, value) : e.max(lower, value);
  }
  return {lower, upper};
}

/// mixed / sum
void StepEmitter::endRow() {
  Value sum = plus(load(ofRow(Sum)), load(ofRow(Lost)));
  auto dims = rxt::dimensionsOf(rxt::mapAt(attention.result.getMaps(), 0));
  auto place = [&](Value i) {
    Values inResult(dims.size()); // axis a of `mixed` is read at axis dims[a] of the result
    for (auto [axis, dim] : llvm::enumerate(dims))
      inResult[dim] = axis < rowRank ? index[axis] : i;
    return inResult;
  };
  bool sideBySide = dims.back() + 1 == dims.size();
  e.forLoop(e.constant(0), e.constant(width), e.constant(lanes), [&](Value i) {
    Value quotient = arith::DivFOp::create(e.builder, e.loc, load(at(mixture, i)), sum);
    if (sideBySide)
      return store(quotient, e.address(e.result(), place(i)));
    for (int64_t l = 0; l < lanes; ++l)
      e.store(e.lane(quotient, l), e.result(), place(e.add(i, e.constant(l))));
  });
}

//===-- Keys ---===//

/// What `count` rows see of the block at `start`. Keys and values are read strip by strip, by all
/// rows while its lines are in the nearest cache: a block of them is not.
void StepEmitter::mixBlock(Value start, Value count) {
  forStrips(
      start, count,
      [&](Value first) {
        readInOrder(rows.scores.getRhs(), rxt::mapAt(rows.scores.getMaps(), 1), depth, first);
      },
      [&](Value from, Value keys, Value strip) { computeScores(from, keys, strip); });
  forRows(start, count, [&](Value from, Value keys) {
    Value before = load(ofRow(Maximum));
    Value now = computeEquation(from, keys, before);
    computeWeights(keys, before, now);
  });
  forStrips(
      start, count,
      [&](Value first) {
        readInOrder(attention.mixed.getRhs(), rxt::mapAt(attention.mixed.getMaps(), 1), width,
                    first);
      },
      [&](Value from, Value keys, Value strip) { mixValues(from, keys, strip); });
  forRows(start, count, [&](Value, Value) { addBlock(); });
}

/// Rows that see something of the block at `start`: the first key and how many.
void StepEmitter::forRows(Value start, Value count,
                          function_ref<void(Value from, Value count)> body) {
  e.forLoop(e.constant(0), count, [&](Value slot) {
    placeRow(slot);
    auto bound = [&](int64_t end) {
      return LLVM::LoadOp::create(e.builder, e.loc, e.builder.getI64Type(),
                                  at(ofRow(Range), 2 * end), 8);
    };
    Value from = e.max(start, bound(0)), to = e.min(e.add(start, e.constant(keyBlock)), bound(1));
    e.ifThen(e.compare(Predicate::slt, from, to), [&] { body(from, e.sub(to, from)); });
  });
}

/// Of every 16 keys of the block all rows that see some of them; before those, `begin` with the
/// first key. `strip` counts from the first key that a row sees.
void StepEmitter::forStrips(Value start, Value count, function_ref<void(Value first)> begin,
                            function_ref<void(Value from, Value count, Value strip)> body) {
  Value first = e.max(start, seen[0]);
  Value keys = e.min(e.constant(keyBlock), e.sub(seen[1], first));
  e.forLoop(e.constant(0), keys, e.constant(lanes), [&](Value strip) {
    begin(e.add(first, strip));
    forRows(start, count, [&](Value from, Value keys) {
      e.ifThen(e.compare(Predicate::slt, strip, keys), [&] { body(from, keys, strip); });
    });
  });
}

/// Reads a number of each line of what `operand` holds of 16 keys from `first` on, in the order of
/// their addresses. Prefetchers follow that order only, and the loops that come after have another
/// one: from memory 7 us instead of 12 for 115 keys of 1 KB on Zen 4, where prefetch instructions
/// gained nothing.
void StepEmitter::readInOrder(Value operand, AffineMap map, int64_t elements, Value first) {
  auto dims = rxt::dimensionsOf(map);
  e.forLoop(first, e.min(e.add(first, e.constant(lanes)), seen[1]), [&](Value key) {
    Value start = keyAddress(operand, dims, key);
    for (int64_t i = 0; i < elements; i += cacheLine / 4)
      LLVM::LoadOp::create(e.builder, e.loc, e.builder.getF32Type(), at(start, i), 4,
                           /*isVolatile=*/true);
  });
}

Value StepEmitter::keyAddress(Value operand, ArrayRef<unsigned> dims, Value key) {
  auto start = llvm::map_to_vector(dims, [&](unsigned dim) {
    return dim < batchRank ? index[dim] : dim == dims.back() ? e.constant(0) : key;
  });
  return e.address(viewOf(operand), start);
}

/// tile[key] = query * key, for the 16 keys at `strip`: those beyond the last repeat it.
void StepEmitter::computeScores(Value from, Value count, Value strip) {
  Value last = e.sub(count, e.constant(1));
  for (int64_t key = 0; key < lanes; key += keysAtOnce)
    sumProducts(key, e.add(from, e.add(strip, e.constant(key))), e.add(from, last));
  // products[key][lane], of which the lanes are to be added up.
  Values square;
  for (int64_t key = 0; key < lanes; ++key)
    square.push_back(load(at(products, key * lanes)));
  GemmEmitter emitter(module, 32, lanes);
  emitter.builder.restoreInsertionPoint(e.builder.saveInsertionPoint());
  transposeInRegisters(emitter, square);
  for (int64_t half = lanes / 2; half > 0; half /= 2)
    for (int64_t lane = 0; lane < half; ++lane)
      square[lane] = plus(square[lane], square[lane + half]);
  store(square[0], at(tile, strip));
}

/// products[first + 0, ..] = query * keys from `firstKey` on, lane by lane.
void StepEmitter::sumProducts(int64_t first, Value firstKey, Value lastKey) {
  auto dims = rxt::dimensionsOf(rxt::mapAt(rows.scores.getMaps(), 1));
  Values keys, sums(keysAtOnce, number(0));
  for (int64_t key = 0; key < keysAtOnce; ++key)
    keys.push_back(
        keyAddress(rows.scores.getRhs(), dims, e.min(e.add(firstKey, e.constant(key)), lastKey)));
  auto body = [&](Value i, ValueRange carried) {
    Value element = load(at(query, i));
    Values next;
    for (auto [key, sum] : llvm::zip(keys, carried))
      next.push_back(fused(element, load(at(key, i)), sum));
    return next;
  };
  sums = e.forCarry(e.constant(0), e.constant(depth), e.constant(lanes), sums, body);
  for (auto [key, sum] : llvm::enumerate(sums))
    store(sum, at(products, (first + static_cast<int64_t>(key)) * lanes));
}

/// The arguments of the equation for 16 keys from `key` on. Those that differ from key to key, or
/// those that do not, are left as they stand in `known`.
Values StepEmitter::arguments(Value score, Value key, bool ofKeys, ArrayRef<Value> known,
                              Value mask) {
  Values values(known);
  unsigned inputs = rows.x.getInputs().size();
  values.resize(inputs + equation.positionDims.size());
  for (auto [i, input] : llvm::enumerate(rows.x.getInputs()))
    if (i > 0 && equation.ofKey[i] == ofKeys) {
      auto dims = rxt::dimensionsOf(rxt::mapAt(rows.x.getMaps(), i));
      auto read = llvm::map_to_vector(dims, [&](unsigned dim) {
        return dim < rowRank ? Position{index[dim]} : Position{key, 1};
      });
      values[i] = e.loadAt(viewOf(input), read, mask);
    }
  if (ofKeys)
    values[0] = score;
  for (auto [i, dim] : llvm::enumerate(equation.positionDims)) {
    if (equation.ofKey[inputs + i] != ofKeys)
      continue;
    Type i32 = e.builder.getI32Type();
    Value position =
        arith::TruncIOp::create(e.builder, e.loc, i32, dim < rowRank ? index[dim] : key);
    values[inputs + i] =
        dim < rowRank
            ? position
            : arith::AddIOp::create(e.builder, e.loc, e.splat(position), e.iota(i32)).getResult();
  }
  return values;
}

/// Scores to x in place, -inf beyond the last; the maximum of x and of what came before, in every
/// lane. NaN is left out: its weight is NaN, which is what the row's results will be.
Value StepEmitter::computeEquation(Value from, Value count, Value before) {
  Values known = arguments(Value(), Value(), false, {}, Value());
  auto body = [&](Value strip, ValueRange carried) {
    Value mask = e.maskBelow(e.min(e.sub(count, strip), e.constant(lanes)));
    Values values = arguments(load(at(tile, strip)), e.add(from, strip), true, known, mask);
    Value x = e.splat(e.evaluate(*equation.body, values, rxt::Point()));
    x = e.select(mask, x, number(-infinity));
    store(x, at(tile, strip));
    Value larger =
        arith::CmpFOp::create(e.builder, e.loc, arith::CmpFPredicate::OGT, x, carried[0]);
    return Values{e.select(larger, x, carried[0])};
  };
  Value largest = e.forCarry(e.constant(0), count, e.constant(lanes), {before}, body)[0];
  return e.splat(reduced(vector::CombiningKind::MAXNUMF, largest));
}

/// x to weights exp(x - max), and what is summed so far to the scale of the new maximum.
void StepEmitter::computeWeights(Value count, Value before, Value now) {
  store(now, ofRow(Maximum));
  Value reference = referenceOf(now), scale = weight(before, reference);
  store(scale, ofRow(Scale));
  auto body = [&](Value strip, ValueRange carried) {
    Value w = weight(load(at(tile, strip)), reference);
    store(w, at(tile, strip));
    return Values{plus(carried[0], w)};
  };
  Value sum = e.forCarry(e.constant(0), count, e.constant(lanes), {number(0)}, body)[0];
  addToSum(ofRow(Sum), ofRow(Lost), scale, e.splat(reduced(vector::CombiningKind::ADD, sum)));
}

/// inBlock (+)= values * weights, for the keys of `strip`.
void StepEmitter::mixValues(Value from, Value count, Value strip) {
  auto dims = rxt::dimensionsOf(rxt::mapAt(attention.mixed.getMaps(), 1));
  Value last = e.min(e.add(strip, e.constant(lanes)), count);
  Value isFirst = e.compare(Predicate::eq, strip, e.constant(0));
  for (int64_t first = 0; first < width; first += stripsAtOnce * lanes) {
    int64_t strips = std::min(stripsAtOnce, (width - first) / lanes);
    auto place = [&](size_t i) { return at(inBlock, first + static_cast<int64_t>(i) * lanes); };
    auto body = [&](Value key, ValueRange carried) {
      Value weight = e.splat(loadOne(at(tile, key)));
      Value value = keyAddress(attention.mixed.getRhs(), dims, e.add(from, key));
      Values next;
      for (auto [i, sum] : llvm::enumerate(carried))
        next.push_back(
            fused(weight, load(at(value, first + static_cast<int64_t>(i) * lanes)), sum));
      return next;
    };
    Values sums;
    for (int64_t i = 0; i < strips; ++i)
      sums.push_back(e.select(isFirst, number(0), load(place(i))));
    sums = e.forCarry(strip, last, e.constant(1), sums, body);
    for (auto [i, sum] : llvm::enumerate(sums))
      store(sum, place(i));
  }
}

/// mixture = mixture * scale + what the block adds.
void StepEmitter::addBlock() {
  Value scale = load(ofRow(Scale));
  e.forLoop(e.constant(0), e.constant(width), e.constant(lanes), [&](Value i) {
    store(fused(load(at(mixture, i)), scale, load(at(inBlock, i))), at(mixture, i));
  });
}

} // namespace

bool canStep(Attention &attention) {
  SoftmaxRows &rows = attention.rows;
  auto isLast = [](AffineMap map, unsigned dim) { return rxt::dimensionsOf(map).back() == dim; };
  return rows.depth() % lanes == 0 && attention.width() % lanes == 0 &&
         isLast(rxt::mapAt(rows.scores.getMaps(), 0), rows.keyDim() + 1) &&
         isLast(rxt::mapAt(rows.scores.getMaps(), 1), rows.keyDim() + 1) &&
         isLast(rxt::mapAt(attention.mixed.getMaps(), 1), rows.rowRank());
}

int64_t attentionStepScratchBytes(Attention &attention) {
  return (StepEmitter::sharedElements + rowsAtOnce * StepEmitter::rowElements(attention)) * 4;
}

void emitAttentionStep(LoopEmitter &e, ModuleOp module, Attention &attention, ViewOf viewOf) {
  StepEmitter(e, module, attention, viewOf).emit();
}

} // namespace rx::compiler
