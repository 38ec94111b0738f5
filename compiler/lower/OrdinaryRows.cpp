#include "compiler/lower/OrdinaryRows.h"
#include "compiler/lower/Lanes.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

constexpr int64_t magnitudeBits = 0x7FFFFFFF;

Value largestBits(GemmEmitter &e, ArrayRef<Value> vectors, Value before) {
  Lanes lanes(e);
  for (Value vector : vectors)
    before = lanes.larger(before, lanes.mask(lanes.bitsOf(vector), magnitudeBits));
  return before;
}

static void judge(GemmEmitter &e, const BlockRows &rows, Value ordinary, int64_t boundPower) {
  Lanes lanes(e);
  auto word = [&](int64_t value) {
    return arith::ConstantIntOp::create(e.builder, e.loc, value, 32);
  };
  Value zero = e.constant(0), steps = e.constant(e.lanes);
  e.forEach(zero, rows.rows, e.constant(1), [&](Value row) {
    Value a = e.at(rows.a, e.mul(row, rows.stride));
    Value most = e.forCarry(zero, rows.depth, steps, {lanes.splat(int64_t(0))},
                            [&](Value k, ValueRange before) -> GemmEmitter::Values {
                              return {largestBits(e, e.loadVector(e.at(a, k)), before[0])};
                            })[0];
    Value bits = lanes.total(most, vector::CombiningKind::MAXSI);
    Value least = word(bitsOfPower(leastOrdinaryPower)), bound = word(bitsOfPower(boundPower));
    Value inRange =
        e.both(e.compare(Predicate::sge, bits, least), e.compare(Predicate::slt, bits, bound));
    Value isZero = e.compare(Predicate::eq, bits, word(0));
    Value good = arith::OrIOp::create(e.builder, e.loc, inRange, isZero);
    Type i32 = e.builder.getI32Type();
    e.store(arith::ExtUIOp::create(e.builder, e.loc, i32, good), e.at(ordinary, row, i32));
  });
}

func::FuncOp buildOrdinaryRows(GemmEmitter &e, int64_t boundPower) {
  func::FuncOp function = e.function("judge", {e.ptr, e.i64, e.i64, e.i64, e.ptr},
                                     /*isPublic=*/false, {}, [&](ValueRange v) {
                                       judge(e, {v[0], v[1], v[2], v[3]}, v[4], boundPower);
                                     });
  keepOutOfLine(function);
  return function;
}

} // namespace rx::compiler
