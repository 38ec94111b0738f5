#include "compiler/target/ExpandDivision.h"
#include "compiler/target/WordsOfF32.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Builders.h"
#include <bit>

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {
namespace {

/// Magnitudes of a and of b, [least, most): the quotient's is within 2^-118 and 2^120, and the last
/// bit of a remainder is 2^-47 of a at least, no subnormal number.
struct Range {
  float least, most;
};
constexpr Range ofDividends = {0x1p-78f, 0x1p80f}, ofDivisors = {0x1p-40f, 0x1p40f};

class Division {
public:
  Division(arith::DivFOp op, Value divisor)
      : op(op), builder(op), loc(op.getLoc()), a(op.getLhs()), b(op.getRhs()), divisor(divisor) {}

  void expand() {
    Value isPlus0 = compare(Predicate::eq, bitsOf(a), integer(a.getType(), 0));
    Value usual = arith::OrIOp::create(builder, loc, isPlus0, isWithin(a, ofDividends));
    Value allUsual = vector::ReductionOp::create(builder, loc, vector::CombiningKind::AND, usual);
    Value condition = arith::AndIOp::create(builder, loc, allUsual, isWithin(divisor, ofDivisors));
    auto choice = scf::IfOp::create(builder, loc, a.getType(), condition, /*withElse=*/true);
    op.getResult().replaceAllUsesWith(choice.getResult(0));
    builder.setInsertionPointToStart(choice.elseBlock());
    op->moveBefore(choice.elseBlock(), choice.elseBlock()->end());
    builder.setInsertionPointToEnd(choice.elseBlock());
    scf::YieldOp::create(builder, loc, op.getResult());
    builder.setInsertionPointToStart(choice.thenBlock());
    scf::YieldOp::create(builder, loc, quotient());
  }

private:
  Value quotient() {
    Type f32 = divisor.getType();
    Value one = arith::ConstantOp::create(builder, loc, builder.getOneAttr(f32));
    Value inverse = arith::DivFOp::create(builder, loc, one, divisor);
    Value y = vector::BroadcastOp::create(builder, loc, a.getType(), inverse);
    Value minusB = arith::NegFOp::create(builder, loc, b);
    Value q = arith::MulFOp::create(builder, loc, a, y);
    for (int step = 0; step < 2; ++step) {
      Value remainder = math::FmaOp::create(builder, loc, minusB, q, a);
      q = math::FmaOp::create(builder, loc, remainder, y, q);
    }
    return q;
  }

  Value bitsOf(Value numbers) {
    return arith::BitcastOp::create(builder, loc, wordsLike(numbers.getType()), numbers);
  }
  Value integer(Type like, uint32_t value) {
    return constantLike(builder, loc, wordsLike(like),
                        builder.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  Value compare(Predicate predicate, Value x, Value y) {
    return arith::CmpIOp::create(builder, loc, predicate, x, y);
  }
  Value isWithin(Value numbers, Range range) {
    Type type = numbers.getType();
    auto least = std::bit_cast<uint32_t>(range.least), most = std::bit_cast<uint32_t>(range.most);
    Value magnitude =
        arith::AndIOp::create(builder, loc, bitsOf(numbers), integer(type, 0x7FFFFFFF));
    Value above = arith::SubIOp::create(builder, loc, magnitude, integer(type, least));
    return compare(Predicate::ult, above, integer(type, most - least));
  }

  arith::DivFOp op;
  OpBuilder builder;
  Location loc;
  Value a, b, divisor;
};

} // namespace

void expandDivisions(Operation *root) {
  SmallVector<std::pair<arith::DivFOp, Value>> found;
  root->walk([&](arith::DivFOp op) {
    auto broadcast = op.getRhs().getDefiningOp<vector::BroadcastOp>();
    if (broadcast && broadcast.getSource().getType().isF32())
      found.push_back({op, broadcast.getSource()});
  });
  for (auto [op, divisor] : found)
    Division(op, divisor).expand();
}

} // namespace rx::compiler
