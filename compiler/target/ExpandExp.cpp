#include "compiler/target/ExpandExp.h"
#include "compiler/target/WordsOfF32.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include <limits>

using namespace mlir;
using Predicate = mlir::arith::CmpFPredicate;

namespace rx::compiler {
namespace {

/// n is added to this: its last bits, also as an exponent.
constexpr float shifter = 0x1.8p23f;
constexpr float perLn2 = 0x1.715476p0f;
/// n * ln2High rounds no further than x - n * ln2High does, which is exact.
constexpr float ln2High = 0x1.62e430p-1f, ln2Low = -0x1.05c610p-29f;
/// Of exp(r), from r^6 down to r^2; minimax in relative error, rounded one after the other.
constexpr float coefficients[] = {0x1.6a5228p-10f, 0x1.12396cp-7f, 0x1.5558aap-5f, 0x1.555492p-3f,
                                  0x1.fffffcp-2f};
/// The least x whose result is a normal number, and the largest whose result is finite.
constexpr float least = -0x1.5d589ep6f, most = 0x1.62e42ep6f;

/// One vector type, or one number.
class Builder {
public:
  Builder(PatternRewriter &rewriter, Location loc, Type type)
      : rewriter(rewriter), loc(loc), type(type) {}

  Value number(float value) { return constant(type, rewriter.getF32FloatAttr(value)); }
  Value integer(int32_t value) { return constant(words(), rewriter.getI32IntegerAttr(value)); }
  Value multiplyAdd(Value a, Value b, Value c) {
    return math::FmaOp::create(rewriter, loc, a, b, c);
  }
  Value sub(Value a, Value b) { return arith::SubFOp::create(rewriter, loc, a, b); }
  Value product(Value a, Value b) { return arith::MulFOp::create(rewriter, loc, a, b); }
  Value select(Predicate predicate, Value a, Value b, Value then, Value otherwise) {
    Value condition = arith::CmpFOp::create(rewriter, loc, predicate, a, b);
    return arith::SelectOp::create(rewriter, loc, condition, then, otherwise);
  }
  /// value * 2^n, of the bits of which `exponent` has n last, while both are normal.
  Value scaled(Value value, Value exponent) {
    Value bits = arith::BitcastOp::create(rewriter, loc, words(), exponent);
    Value power = arith::ShLIOp::create(rewriter, loc, bits, integer(23));
    Value sum = arith::AddIOp::create(
        rewriter, loc, arith::BitcastOp::create(rewriter, loc, words(), value), power);
    return arith::BitcastOp::create(rewriter, loc, type, sum);
  }

private:
  Type words() { return wordsLike(type); }
  Value constant(Type of, TypedAttr value) { return constantLike(rewriter, loc, of, value); }

  PatternRewriter &rewriter;
  Location loc;
  Type type;
};

struct ExpandExp : OpRewritePattern<math::ExpOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::ExpOp op, PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return failure();
    Builder b(rewriter, op.getLoc(), op.getType());
    Value x = op.getOperand(), zero = b.number(0), one = b.number(1);
    Value shifted = b.multiplyAdd(x, b.number(perLn2), b.number(shifter));
    Value n = b.sub(shifted, b.number(shifter));
    Value r = b.multiplyAdd(n, b.number(-ln2High), x);
    r = b.multiplyAdd(n, b.number(-ln2Low), r);
    Value sum = b.number(coefficients[0]);
    for (float coefficient : ArrayRef(coefficients).drop_front())
      sum = b.multiplyAdd(sum, r, b.number(coefficient));
    sum = b.multiplyAdd(b.multiplyAdd(sum, r, one), r, one);
    // Beyond `most` and of NaN, a product that overflows and keeps NaN.
    Value beyond = b.product(x, b.number(std::numeric_limits<float>::max()));
    Value y = b.select(Predicate::OLE, x, b.number(most), b.scaled(sum, shifted), beyond);
    rewriter.replaceOp(op, b.select(Predicate::OLT, x, b.number(least), zero, y));
    return success();
  }
};

} // namespace

void populateExpandExpPatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandExp>(patterns.getContext());
}

} // namespace rx::compiler
