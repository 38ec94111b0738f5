#include "compiler/lower/ContractProducts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

namespace rx::compiler {

/// The product to fuse, if `value` is one that nothing else reads.
static arith::MulFOp soleProduct(Value value) {
  auto product = value.getDefiningOp<arith::MulFOp>();
  return product && product->hasOneUse() ? product : arith::MulFOp();
}

static Value negated(OpBuilder &builder, Location loc, Value value) {
  return arith::NegFOp::create(builder, loc, value);
}

/// Replaces `left` + `right`, or `left` - `right`, if one of them is a product to fuse.
static void fuse(Operation &op, bool subtract) {
  Value left = op.getOperand(0), right = op.getOperand(1);
  bool onLeft = static_cast<bool>(soleProduct(left));
  arith::MulFOp product = onLeft ? soleProduct(left) : soleProduct(right);
  if (!product)
    return;
  OpBuilder builder(&op);
  Value factor = product.getLhs(), addend = onLeft ? right : left;
  if (subtract)
    (onLeft ? addend : factor) = negated(builder, op.getLoc(), onLeft ? addend : factor);
  Value sum = math::FmaOp::create(builder, op.getLoc(), factor, product.getRhs(), addend);
  op.getResult(0).replaceAllUsesWith(sum);
  op.erase();
  product.erase();
}

void contractProducts(Block &body) {
  for (Operation &op : llvm::make_early_inc_range(body)) {
    if (auto flags = dyn_cast<arith::ArithFastMathInterface>(op))
      op.setAttr(flags.getFastMathAttrName(),
                 arith::FastMathFlagsAttr::get(op.getContext(), arith::FastMathFlags::none));
    if (isa<arith::AddFOp, arith::SubFOp>(op))
      fuse(op, isa<arith::SubFOp>(op));
  }
}

} // namespace rx::compiler
