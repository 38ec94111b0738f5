#include "compiler/lower/SoftmaxArithmetic.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <limits>

using namespace mlir;

namespace rx::compiler {

Value SoftmaxArithmetic::at(Value pointer, Value elements) {
  return LLVM::GEPOp::create(e.builder, e.loc, pointer.getType(), e.builder.getF32Type(), pointer,
                             ValueRange(elements));
}

Value SoftmaxArithmetic::load(Value pointer) {
  return LLVM::LoadOp::create(e.builder, e.loc, e.vectorOf(e.builder.getF32Type()), pointer, 4);
}

void SoftmaxArithmetic::store(Value vector, Value pointer) {
  LLVM::StoreOp::create(e.builder, e.loc, vector, pointer, 4);
}

Value SoftmaxArithmetic::number(double value) {
  return e.splat(arith::ConstantOp::create(e.builder, e.loc,
                                           e.builder.getF32FloatAttr(static_cast<float>(value))));
}

Value SoftmaxArithmetic::plus(Value a, Value b) {
  return arith::AddFOp::create(e.builder, e.loc, a, b);
}

Value SoftmaxArithmetic::minus(Value a, Value b) {
  return arith::SubFOp::create(e.builder, e.loc, a, b);
}

Value SoftmaxArithmetic::referenceOf(Value maximum) {
  Value nothing = arith::CmpFOp::create(e.builder, e.loc, arith::CmpFPredicate::OEQ, maximum,
                                        number(-std::numeric_limits<double>::infinity()));
  return e.select(nothing, number(0), maximum);
}

Value SoftmaxArithmetic::weight(Value x, Value reference) {
  return math::ExpOp::create(e.builder, e.loc, minus(x, reference));
}

void SoftmaxArithmetic::addToSum(Value sum, Value lost, Value scale, Value more) {
  Value before = e.product(load(sum), scale), after = plus(before, more);
  Value added = minus(after, before);
  Value error = plus(minus(before, minus(after, added)), minus(more, added));
  store(after, sum);
  store(math::FmaOp::create(e.builder, e.loc, load(lost), scale, error), lost);
}

} // namespace rx::compiler
