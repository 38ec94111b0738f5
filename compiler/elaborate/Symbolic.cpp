//===- Symbolic.cpp - evaluation where sizes are symbols ---------------------===//
#include "compiler/elaborate/Elaborator.h"

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;

bool Elaborator::differ(const SizeExpr &a, const SizeExpr &b,
                        const diag::SourceRange &range) const {
  if (a == b)
    return false;
  if (symbols && (symbols->isOpaque(a) || symbols->isOpaque(b)))
    throw Undecided{range, "whether " + a.str() + " is " + b.str() + " depends on the sizes"};
  return true;
}

void Elaborator::learn(const Expr &condition, const Frame &frame) {
  if (condition.kind != Expr::Binary)
    return;
  const Expr &left = *condition.children[0], &right = *condition.children[1];
  if (condition.text == "and") {
    learn(left, frame);
    return learn(right, frame);
  }
  if (condition.text != "==")
    return;
  bool isMod =
      left.kind == Expr::Call && left.children[0]->isName("mod") && left.arguments.size() == 2;
  Value b = eval(right, frame);
  if (isMod && b.isConstantInt() && b.size.constant() == 0) {
    Value dividend = eval(*left.arguments[0].value, frame),
          divisor = eval(*left.arguments[1].value, frame);
    if (dividend.kind == Value::Int && divisor.kind == Value::Int &&
        symbols->learnMultiple(dividend.size, divisor.size))
      throw Learned();
    return;
  }
  Value a = eval(left, frame);
  if (a.kind == Value::Int && b.kind == Value::Int && symbols->learnEqual(a.size, b.size))
    throw Learned();
}

Value Elaborator::either(const Value &a, const Value &b, const Expr &condition) {
  bool same = a.kind == b.kind && a.text == b.text && a.node == b.node && a.number == b.number &&
              a.size == b.size;
  if (same && (a.kind == Value::Int || a.kind == Value::Real || a.kind == Value::String ||
               a.kind == Value::None || a.kind == Value::Bool))
    return a;
  if (a.kind == Value::Int && b.kind == Value::Int)
    return Value::of(symbols->opaque("if " + std::string(condition.range.text()) + " " +
                                     a.size.str() + " " + b.size.str()));
  auto isNumber = [](const Value &v) {
    return v.kind == Value::Int || v.kind == Value::Real ||
           (v.kind == Value::TensorTerm && v.term->free.empty());
  };
  if (!isNumber(a) || !isNumber(b))
    throw Undecided{condition.range, "whether this holds depends on the sizes"};
  TermPtr term =
      Term::literal(1, false); // a term is folded nowhere: nothing is decided by its value
  term->range = condition.range;
  return Value::tensor(term);
}
