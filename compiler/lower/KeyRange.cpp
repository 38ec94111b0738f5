#include "compiler/lower/KeyRange.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {
namespace {

/// coefficient * key + sum of terms (with signs) + constant.
struct Affine {
  int64_t coefficient = 0, constant = 0;
  SmallVector<std::pair<Value, int64_t>> terms;

  void add(const Affine &other, int64_t sign) {
    coefficient += sign * other.coefficient;
    constant += sign * other.constant;
    for (auto [value, factor] : other.terms)
      terms.push_back({value, sign * factor});
  }
};

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
    if (auto compare = dyn_cast_or_null<arith::CmpIOp>(op))
      return visitComparison(compare.getLhs(), compare.getRhs(), compare.getPredicate(), wanted);
    if (auto compare = dyn_cast_or_null<arith::CmpFOp>(op))
      if (std::optional<Predicate> predicate = asIntegers(compare.getPredicate()))
        return visitComparison(compare.getLhs(), compare.getRhs(), *predicate, wanted);
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

  /// That of the integers whose conversions to floats are compared: none of them is NaN, and
  /// positions are below 2^24, hence exact.
  static std::optional<Predicate> asIntegers(arith::CmpFPredicate predicate) {
    using Float = arith::CmpFPredicate;
    switch (predicate) {
    case Float::OLT:
    case Float::ULT:
      return Predicate::slt;
    case Float::OLE:
    case Float::ULE:
      return Predicate::sle;
    case Float::OGT:
    case Float::UGT:
      return Predicate::sgt;
    case Float::OGE:
    case Float::UGE:
      return Predicate::sge;
    case Float::OEQ:
    case Float::UEQ:
      return Predicate::eq;
    default:
      return std::nullopt;
    }
  }

  void visitComparison(Value left, Value right, Predicate predicate, bool wanted) {
    Affine difference;
    difference.add(affineOf(left), 1);
    difference.add(affineOf(right), -1);
    if (!wanted)
      predicate = arith::invertPredicate(predicate);
    if (difference.coefficient == -1) { // key on the left
      Affine negated;
      negated.add(difference, -1);
      difference = negated;
      predicate = swapped(predicate);
    }
    bool known = llvm::none_of(difference.terms, [&](auto &term) {
      return !term.first.getType().isInteger() || depends(term.first);
    });
    if (difference.coefficient != 1 || !known)
      return;
    Affine rest; // key (predicate) rest
    difference.coefficient = 0;
    rest.add(difference, -1);
    if (predicate == Predicate::slt || predicate == Predicate::sle || predicate == Predicate::eq)
      addBound(true, rest, predicate != Predicate::slt);
    if (predicate == Predicate::sgt || predicate == Predicate::sge || predicate == Predicate::eq)
      addBound(false, rest, predicate == Predicate::sgt);
  }

  /// The predicate of b, a for that of a, b.
  static Predicate swapped(Predicate predicate) {
    switch (predicate) {
    case Predicate::slt:
      return Predicate::sgt;
    case Predicate::sle:
      return Predicate::sge;
    case Predicate::sgt:
      return Predicate::slt;
    case Predicate::sge:
      return Predicate::sle;
    default:
      return predicate;
    }
  }

  Affine affineOf(Value value) {
    Affine result;
    APInt number;
    Operation *op = value.getDefiningOp();
    if (value == key)
      result.coefficient = 1;
    else if (matchPattern(value, m_ConstantInt(&number)))
      result.constant = number.getSExtValue();
    else if (isa_and_nonnull<arith::AddIOp, arith::SubIOp>(op)) {
      result.add(affineOf(op->getOperand(0)), 1);
      result.add(affineOf(op->getOperand(1)), isa<arith::AddIOp>(op) ? 1 : -1);
    } else if (isa_and_nonnull<arith::ExtSIOp, arith::SIToFPOp>(op))
      result = affineOf(op->getOperand(0));
    else
      result.terms.push_back({value, 1});
    return result;
  }

  bool depends(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return dependsOnKey[argument.getArgNumber()];
    return llvm::any_of(value.getDefiningOp()->getOperands(),
                        [&](Value operand) { return depends(operand); });
  }

  void addBound(bool isUpper, const Affine &affine, int64_t more) {
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
