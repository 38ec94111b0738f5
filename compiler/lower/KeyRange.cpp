#include "compiler/lower/KeyRange.h"
#include "dialects/rxt/IndexComparison.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {
namespace {

class Analysis {
public:
  Analysis(Block &body, BlockArgument key, ArrayRef<bool> dependsOnKey)
      : body(body), key(key), dependsOnKey(dependsOnKey) {}

  SmallVector<KeyBound> run() {
    visitScore(body.getTerminator()->getOperand(0));
    return std::move(bounds);
  }

private:
  //===-- Where a score is -inf ---===//

  static bool isNegativeInfinity(Value value) {
    APFloat number(0.0f);
    return matchPattern(value, m_ConstantFloat(&number)) && number.isInfinity() &&
           number.isNegative();
  }
  static bool isPositive(Value value) {
    APFloat number(0.0f);
    return matchPattern(value, m_ConstantFloat(&number)) && number.isFiniteNonZero() &&
           !number.isNegative();
  }

  /// Adds the bounds outside of which `score` is -inf.
  void visitScore(Value score) {
    if (auto select = score.getDefiningOp<arith::SelectOp>()) {
      if (isNegativeInfinity(select.getFalseValue())) {
        visitCondition(select.getCondition(), true);
        visitScore(select.getTrueValue());
      } else if (isNegativeInfinity(select.getTrueValue())) {
        visitCondition(select.getCondition(), false);
        visitScore(select.getFalseValue());
      }
    } else if (auto product = score.getDefiningOp<arith::MulFOp>()) {
      if (isPositive(product.getRhs()))
        visitScore(product.getLhs());
      else if (isPositive(product.getLhs()))
        visitScore(product.getRhs());
    } else if (auto quotient = score.getDefiningOp<arith::DivFOp>()) {
      if (isPositive(quotient.getRhs()))
        visitScore(quotient.getLhs());
    }
  }

  /// Adds the bounds that hold wherever `condition` has the value `wanted`.
  void visitCondition(Value condition, bool wanted) {
    Operation *op = condition.getDefiningOp();
    if (std::optional<rxt::IndexComparison> comparison = rxt::indexComparisonOf(condition))
      return visitComparison(*comparison, wanted);
    if (auto negation = dyn_cast_or_null<arith::XOrIOp>(op))
      if (matchPattern(negation.getRhs(), m_One()))
        return visitCondition(negation.getLhs(), !wanted);
    if (isa_and_nonnull<arith::AndIOp>(op) ? wanted : isa_and_nonnull<arith::OrIOp>(op) && !wanted)
      for (Value operand : op->getOperands())
        visitCondition(operand, wanted);
    auto select = dyn_cast_or_null<arith::SelectOp>(op); // and, or in their lazy forms
    if (select && wanted && matchPattern(select.getFalseValue(), m_Zero())) {
      visitCondition(select.getCondition(), true);
      visitCondition(select.getTrueValue(), true);
    }
    if (select && !wanted && matchPattern(select.getTrueValue(), m_One())) {
      visitCondition(select.getCondition(), false);
      visitCondition(select.getFalseValue(), false);
    }
  }

  //===-- Comparisons ---===//

  void visitComparison(rxt::IndexComparison comparison, bool wanted) {
    Predicate predicate = comparison.predicate;
    if (!wanted)
      predicate = arith::invertPredicate(predicate);
    rxt::AffineSum rest; // key (predicate) rest
    int64_t coefficient = 0;
    for (auto [value, factor] : comparison.difference.terms)
      if (value == key)
        coefficient += factor;
      else
        rest.terms.push_back({value, -factor});
    rest.constant = -comparison.difference.constant;
    if (coefficient == -1) {
      rxt::AffineSum negated;
      negated.add(rest, -1);
      rest = negated;
      predicate = rxt::swapped(predicate);
    }
    bool known = llvm::none_of(rest.terms, [&](auto &term) {
      return !term.first.getType().isInteger() || depends(term.first);
    });
    if (std::abs(coefficient) != 1 || !known)
      return;
    if (predicate == Predicate::slt || predicate == Predicate::sle || predicate == Predicate::eq)
      addBound(true, rest, predicate != Predicate::slt);
    if (predicate == Predicate::sgt || predicate == Predicate::sge || predicate == Predicate::eq)
      addBound(false, rest, predicate == Predicate::sgt);
  }

  bool depends(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return dependsOnKey[argument.getArgNumber()];
    return llvm::any_of(value.getDefiningOp()->getOperands(),
                        [&](Value operand) { return depends(operand); });
  }

  void addBound(bool isUpper, const rxt::AffineSum &affine, int64_t more) {
    auto region = std::make_shared<Region>();
    IRMapping mapping;
    body.getParent()->cloneInto(region.get(), mapping);
    Operation *end = region->front().getTerminator();
    OpBuilder builder(body.getParentOp()->getContext());
    builder.setInsertionPoint(&region->front(), end->getIterator());
    Location loc = end->getLoc();
    Type i64 = builder.getI64Type();
    Value sum = arith::ConstantIntOp::create(builder, loc, affine.constant + more, 64);
    for (auto [value, factor] : affine.terms) {
      Value term = mapping.lookup(value);
      if (term.getType() != i64)
        term = arith::ExtSIOp::create(builder, loc, i64, term);
      Value scale = arith::ConstantIntOp::create(builder, loc, factor, 64);
      sum = arith::AddIOp::create(builder, loc, sum,
                                  arith::MulIOp::create(builder, loc, term, scale));
    }
    end->setOperand(0, sum);
    bounds.push_back({isUpper, region});
  }

  Block &body;
  BlockArgument key;
  ArrayRef<bool> dependsOnKey;
  SmallVector<KeyBound> bounds;
};

} // namespace

SmallVector<KeyBound> keyBounds(Block &body, BlockArgument key, ArrayRef<bool> dependsOnKey) {
  return Analysis(body, key, dependsOnKey).run();
}

} // namespace rx::compiler
