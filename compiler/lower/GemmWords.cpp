#include "compiler/lower/GemmWords.h"
#include "compiler/lower/Lanes.h"
#include "dialects/rxk/Rxk.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

/// The upper half of each lane's f32 after rounding, in the low bits: what vcvtneps2bf16 gives. It
/// reads subnormal numbers as zeros, and keeps NaN a NaN.
static Value roundedInLanes(GemmEmitter &e, Value numbers) {
  Lanes lanes(e);
  Value bits = lanes.bitsOf(numbers), upper = lanes.right(bits, 16);
  Value magnitude = lanes.mask(bits, 0x7FFFFFFF);
  Value half = lanes.add(lanes.splat(0x7FFF), lanes.mask(upper, 1)); // ties to even
  Value nearest = lanes.right(lanes.add(bits, half), 16);
  Value isNaN = e.compare(Predicate::sgt, magnitude, lanes.splat(0x7F800000));
  Value isTiny = e.compare(Predicate::slt, magnitude, lanes.splat(0x00800000));
  nearest = e.select(isNaN, lanes.merge(upper, lanes.splat(0x40)), nearest);
  return e.select(isTiny, lanes.mask(upper, 0x8000), nearest);
}

Value GemmWords::rounded(GemmEmitter &e, Value first, Value second) const {
  auto halves = VectorType::get(2 * e.lanes, e.builder.getI16Type());
  if (hasInstructions) {
    auto type = VectorType::get(2 * e.lanes, e.builder.getBF16Type());
    auto name = e.builder.getStringAttr("llvm.x86.avx512bf16.cvtne2ps2bf16.512");
    Value both = LLVM::CallIntrinsicOp::create(e.builder, e.loc, type, name,
                                               ValueRange{second, first}) // low half last
                     .getResult(0);
    return arith::BitcastOp::create(e.builder, e.loc, halves, both);
  }
  Lanes lanes(e);
  Value low = lanes.narrow(roundedInLanes(e, first), 16);
  Value high = lanes.narrow(roundedInLanes(e, second), 16);
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, 2 * e.lanes));
  return vector::ShuffleOp::create(e.builder, e.loc, low, high, order);
}

Value GemmWords::interleaved(GemmEmitter &e, Value halves) {
  SmallVector<int64_t> order;
  for (int64_t lane = 0; lane < e.lanes; ++lane)
    order.append({lane, lane + e.lanes});
  return vector::ShuffleOp::create(e.builder, e.loc, halves, halves, order);
}

Value GemmWords::across(GemmEmitter &e, ArrayRef<Value> vectors) const {
  if (steps() == 1)
    return vectors[0];
  Value pairs = interleaved(e, rounded(e, vectors[0], vectors[1]));
  return vector::BitCastOp::create(e.builder, e.loc, e.vectorType, pairs);
}

Value GemmWords::along(GemmEmitter &e, ArrayRef<Value> vectors) const {
  if (steps() == 1)
    return vectors[0];
  return vector::BitCastOp::create(e.builder, e.loc, e.vectorType,
                                   rounded(e, vectors[0], vectors[1]));
}

Value GemmWords::multiplyAdd(GemmEmitter &e, Value word, Value words, Value sums) const {
  Type element = e.elementType;
  SmallVector<int64_t> shapeOfB = {1, e.lanes};
  Value a = vector::BroadcastOp::create(e.builder, e.loc, VectorType::get(1, element), word);
  if (steps() == 2) {
    element = e.builder.getBF16Type();
    shapeOfB.push_back(2);
    a = vector::BitCastOp::create(e.builder, e.loc, VectorType::get(2, element), a);
    auto flat = VectorType::get(2 * e.lanes, element);
    words = vector::BitCastOp::create(e.builder, e.loc, flat, words);
  }
  auto shaped = [&](Value vector, ArrayRef<int64_t> shape) -> Value {
    auto type = VectorType::get(shape, cast<VectorType>(vector.getType()).getElementType());
    return vector::ShapeCastOp::create(e.builder, e.loc, type, vector);
  };
  Value tile = rxk::TileMultiplyOp::create(e.builder, e.loc, order, shaped(a, {1, steps()}),
                                           shaped(words, shapeOfB), shaped(sums, {1, e.lanes}));
  return vector::ShapeCastOp::create(e.builder, e.loc, e.vectorType, tile);
}

} // namespace rx::compiler
