#include "compiler/lower/GemmSplit.h"
#include "compiler/lower/Lanes.h"
#include "compiler/lower/OrdinaryRows.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;
using Kind = mlir::vector::CombiningKind;

namespace rx::compiler {

/// What the largest number of a block becomes, give or take one.
constexpr float mostInteger = 127 * 65536;
static_assert(mostInteger + 1 <= BlockDot::mostNumber);

GemmSplit::GemmSplit(GemmEmitter &e, const SplitLayout &layout, int64_t bias)
    : e(e), dot(e), layout(layout), bias(bias) {
  splitting = e.function("split", {e.ptr, e.i64, e.i64, e.i64, e.ptr, e.ptr}, /*isPublic=*/false,
                         {}, [&](ValueRange v) {
                           splitBody({v[0], v[1], v[2], v[3]}, v[4], v[5]);
                         });
  keepOutOfLine(splitting);
}

void GemmSplit::split(const BlockRows &rows, Value ordinary, Value blocks) {
  e.call(splitting, {rows.a, rows.stride, rows.rows, rows.depth, ordinary, blocks});
}

static Value word(GemmEmitter &e, int64_t value) {
  return arith::ConstantIntOp::create(e.builder, e.loc, value, 32);
}

static Value asFloat(GemmEmitter &e, Value bits) {
  return arith::BitcastOp::create(e.builder, e.loc, e.elementType, bits);
}

void GemmSplit::splitBody(const BlockRows &rows, Value ordinary, Value blocks) {
  Type i32 = e.builder.getI32Type(), byte = e.builder.getI8Type();
  Value zero = e.constant(0), one = e.constant(1);
  e.forEach(zero, rows.rows, one, [&](Value row) {
    Value a = e.at(rows.a, e.mul(row, rows.stride));
    Value isOrdinary = e.compare(Predicate::ne, e.load(i32, e.at(ordinary, row, i32)), word(e, 0));
    e.forEach(zero, e.div(rows.depth, e.constant(BlockDot::steps)), one, [&](Value block) {
      Value index = e.add(e.mul(block, rows.rows), row);
      splitBlock(e.at(a, e.mul(block, BlockDot::steps)), isOrdinary,
                 e.at(blocks, e.mul(index, layout.bytes), byte));
    });
  });
}

void GemmSplit::storeWord(Value word, Value block, int64_t offset) {
  e.store(word, e.at(block, offset, e.builder.getI8Type()));
}

/// n = high * radix + low, for |n| <= mostNumber.
static std::pair<Value, Value> pieces(GemmEmitter &e, Value n) {
  Lanes lanes(e);
  auto times = [&](Value a) { return lanes.sub(lanes.left(a, 16), lanes.left(a, 8)); };
  // n / 65536 is off by one at most.
  Value high = lanes.signedRight(lanes.add(n, lanes.splat(0x8000)), 16);
  Value low = lanes.sub(n, times(high));
  auto correct = [&](Predicate predicate, int64_t bound, int64_t by) {
    Value beyond = e.compare(predicate, low, lanes.splat(bound));
    high = e.select(beyond, lanes.add(high, lanes.splat(by)), high);
    low = e.select(beyond, lanes.sub(low, lanes.splat(by * BlockDot::radix)), low);
  };
  correct(Predicate::sgt, BlockDot::mostLow, 1);
  correct(Predicate::slt, BlockDot::leastLow, -1);
  return {high, low};
}

void GemmSplit::splitBlock(Value numbers, Value isOrdinary, Value block) {
  Lanes lanes(e);
  GemmEmitter::Values vectors;
  for (int64_t step = 0; step < BlockDot::steps; step += e.lanes)
    vectors.push_back(e.select(isOrdinary, e.loadVector(e.at(numbers, step)), e.zeroVector()));
  Value bits = lanes.total(largestBits(e, vectors, lanes.splat(int64_t(0))), Kind::MAXSI);
  Value most = asFloat(e, e.max(bits, word(e, bitsOfPower(leastOrdinaryPower - 3))));
  Value integer =
      arith::ConstantOp::create(e.builder, e.loc, e.builder.getF32FloatAttr(mostInteger));
  Value inverse = arith::DivFOp::create(e.builder, e.loc, integer, most);
  Value scale = arith::DivFOp::create(e.builder, e.loc, most, integer);

  GemmEmitter::Values highs(layout.halves, lanes.splat(0)), lows = highs;
  for (auto [index, vector] : llvm::enumerate(vectors)) {
    int64_t first = static_cast<int64_t>(index) * e.lanes;
    auto [high, low] = pieces(e, lanes.rounded(lanes.product(vector, e.splat(inverse))));
    dot.storePieces(high, low, first, block);
    int64_t half = first * layout.halves / BlockDot::steps;
    highs[half] = lanes.add(highs[half], high);
    lows[half] = lanes.add(lows[half], low);
  }
  Value number = word(e, 0);
  for (int64_t half = 0; half < layout.halves; ++half) {
    Value high = lanes.total(highs[half]), low = lanes.total(lows[half]);
    storeWord(e.mul(high, word(e, -bias)), block, layout.sums + 8 * half);
    storeWord(e.mul(low, word(e, -bias)), block, layout.sums + 8 * half + 4);
    number = e.add(number, e.add(e.mul(high, word(e, BlockDot::radix)), low));
  }
  storeWord(scale, block, layout.scale);
  Value total = arith::SIToFPOp::create(e.builder, e.loc, e.elementType, number);
  storeWord(arith::MulFOp::create(e.builder, e.loc, total, scale), block, layout.total);
}

} // namespace rx::compiler
