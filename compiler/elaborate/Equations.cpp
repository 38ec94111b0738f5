//===- Equations.cpp - statements of forwards and functions ------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

/// The indices left of `=`, in order; `..` stands for those that the right side has and the left
/// does not name.
std::vector<std::string> Elaborator::indicesOf(const Expr &target, IndexScope &indices,
                                               const Frame &frame) {
  std::vector<std::string> order;
  for (auto &subscript : target.subscripts) {
    if (subscript.kind == ast::Subscript::Pack) {
      order.push_back("..");
      continue;
    }
    if (subscript.kind != ast::Subscript::Index || subscript.expr->kind != Expr::Name)
      fail("syntax", "an index on the left is a name, `i` or `i: n`", subscript.range);
    std::optional<Axis> stated;
    if (subscript.rangeEnd) {
      Value end = eval(*subscript.rangeEnd, frame);
      if (end.kind != Value::Int)
        fail("type-mismatch", "the range of an index is an integer, this is " + end.describe(),
             subscript.rangeEnd->range);
      stated = Axis{subscript.expr->text, end.size, {subscript.range, ""}};
    }
    indices.names[subscript.expr->text] = stated;
    order.push_back(subscript.expr->text);
  }
  return order;
}

/// The axes of `y[order] = term`.
std::vector<Axis> Elaborator::axesOfEquation(const std::vector<std::string> &order,
                                             const IndexScope &indices, const Term &term,
                                             const Item &item, const diag::SourceRange &range) {
  std::vector<Axis> axes;
  bool isPacked = std::find(order.begin(), order.end(), "..") != order.end();
  for (auto &name : order) {
    if (name == "..") {
      std::copy_if(term.free.begin(), term.free.end(), std::back_inserter(axes),
                   [&](const Axis &axis) { return !indices.names.count(axis.label); });
      continue;
    }
    const Axis *found = findAxis(term.free, name);
    if (found && !isUnknown(found->size))
      axes.push_back(*found);
    else if (indices.names.at(name))
      axes.push_back(*indices.names.at(name));
    else
      fail("unbound-index",
           "index `" + name + "` is on the left but nothing on the right gives it a range",
           item.range, "state it: `" + name + ": n`");
  }
  for (auto &axis : term.free)
    if (!isPacked && std::find(order.begin(), order.end(), axis.label) == order.end())
      fail("unbound-index", "index `" + axis.label + "` is used but never bound", range,
           "put it on the left, or reduce it: `sum[" + axis.label + "](..)`");
  return axes;
}

/// The value of `target = expr`.
Value Elaborator::valueOfEquation(const Expr &target, const Expr &expr, const Item &item,
                                  const Frame &frame) {
  if (target.kind == Expr::Name) {
    Value value = eval(expr, frame);
    return value.kind == Value::TensorTerm && frame.emission
               ? Value::tensor(Term::read(materialize(value, expr.range, frame)))
               : value;
  }
  if (target.kind != Expr::Subscripted || target.children[0]->kind != Expr::Name)
    fail("syntax", "only a name, or a name with indices, can stand left of `=`", target.range);
  if (!frame.emission)
    fail("type-mismatch", "an equation over indices stands in a `forward`, `fn` or `metric`",
         item.range);
  IndexScope indices;
  indices.parent = frame.indices;
  std::vector<std::string> order = indicesOf(target, indices, frame);
  Frame inner = frame;
  inner.indices = &indices;
  Value value = eval(expr, inner);
  if (value.kind == Value::List)
    return Value::tensor(Term::read(listTensor(value, order, Element::F32, expr.range, frame)));
  TermPtr term = toTerm(value, expr.range, inner);
  std::vector<Axis> axes = axesOfEquation(order, indices, *term, item, expr.range);
  return Value::tensor(
      Term::read(TermEmitter(frame.emission->builder)
                     .materialize(term, axes, location(item.range))));
}

void Elaborator::equation(const Item &item, const Frame &frame) {
  if (item.isDraw)
    fail("not-yet-supported", "a draw parses, but is not supported yet", item.range);
  if (!item.text.empty())
    fail("not-yet-supported", "`" + item.text + "` is not supported here", item.range);
  if (item.targets.size() != item.values.size())
    fail("syntax", "as many names as values are needed", item.range);
  std::vector<Value> values;
  for (size_t i = 0; i < item.targets.size(); ++i)
    values.push_back(valueOfEquation(*item.targets[i], *item.values[i], item, frame));
  for (size_t i = 0; i < item.targets.size(); ++i) {
    const Expr &target = *item.targets[i];
    std::string name = target.kind == Expr::Name ? target.text : target.children[0]->text;
    values[i].origin = {item.range, ""};
    frame.scope->names[name] = values[i];
  }
}

namespace {

/// What in a condition has a name and a number, each once, in order.
void collectNamed(const Expr &expr, std::vector<const Expr *> &named) {
  if (expr.kind == Expr::Name || expr.kind == Expr::Member) {
    bool isKnown = std::any_of(named.begin(), named.end(), [&](const Expr *other) {
      return other->range.text() == expr.range.text();
    });
    if (!isKnown)
      named.push_back(&expr);
    return;
  }
  for (size_t i = expr.kind == Expr::Call ? 1 : 0; i < expr.children.size(); ++i)
    collectNamed(*expr.children[i], named);
  for (auto &argument : expr.arguments)
    collectNamed(*argument.value, named);
}

} // namespace

std::vector<std::string> Elaborator::valuesIn(const Expr &condition, const Frame &frame) {
  std::vector<const Expr *> named;
  collectNamed(condition, named);
  std::vector<std::string> lines;
  for (const Expr *expr : named) {
    Value value = eval(*expr, frame);
    if (!value.isNumber())
      continue;
    std::string number = value.kind == Value::Int ? value.size.str() : numberText(value.number);
    std::string from = value.origin.str();
    lines.push_back(std::string(expr->range.text()) + " = " + number +
                    (from.empty() ? "" : " (" + from + ")"));
  }
  return lines;
}

void Elaborator::require(const Item &statement, const Frame &frame, const std::string &whose,
                         std::vector<diag::Label> labels) {
  Value holds = eval(*statement.expr, frame);
  if (symbols && holds.kind == Value::TensorTerm)
    return learn(*statement.expr, frame);
  if (holds.kind != Value::Bool)
    fail("type-mismatch",
         "`require` needs a condition that is known before the run, this is " + holds.describe(),
         statement.expr->range, "compare sizes and settings: `require mod(d, heads) == 0`");
  if (holds.number)
    return;
  diag::Diagnostic d{"requirement",
                     statement.text.empty() ? "a requirement" + whose + " does not hold"
                                            : statement.text,
                     statement.range,
                     std::move(labels),
                     {},
                     ""};
  d.notes = valuesIn(*statement.expr, frame);
  fail(std::move(d));
}

namespace {

/// Which block holds a statement, as a message says it.
const char *homeOf(const Item &item) {
  switch (item.kind) {
  case Item::Param:
  case Item::Tie:
  case Item::Forward:
    return "a `model`";
  case Item::Part:
    return item.text == "part"     ? "a `model`"
           : item.text == "frozen" ? "an `experiment`"
                                   : "a `train`";
  case Item::Paths:
    return item.text == "freeze" ? "a `train`" : "a `convert`";
  case Item::Replace:
  case Item::Relax:
    return "a `convert`";
  case Item::Minimize:
  case Item::Push:
  case Item::Each:
  case Item::When:
  case Item::Exit:
    return "a `train`";
  case Item::Show:
  case Item::Claim:
    return "a `report`";
  case Item::Expect:
    return "a `test`";
  case Item::Ignore:
    return "a `names` block";
  case Item::Use:
  case Item::Names:
  case Item::Block:
    return "a file";
  case Item::Equation:
    return item.text == "accumulate" ? "a `metric`" : item.text.empty() ? "" : "a `train`";
  default:
    return "";
  }
}

} // namespace

void Elaborator::failMisplaced(const Item &statement, const std::string &where) {
  std::string_view text = statement.range.text();
  std::string word(text.substr(0, text.find_first_of(" ([{\n"))), home = homeOf(statement);
  if (home.empty())
    fail("misplaced", "this statement does not belong " + where, statement.range);
  fail("misplaced", "`" + word + "` belongs in " + home + ", not " + where, statement.range);
}

Value Elaborator::runBody(const ast::Body &body, const Frame &frame) {
  Value last;
  for (auto &item : body) {
    switch (item->kind) {
    case Item::Equation:
      equation(*item, frame);
      break;
    case Item::ExprStmt:
      last = eval(*item->expr, frame);
      break;
    case Item::Require:
      require(*item, frame, "", {});
      break;
    case Item::Fn:
      define(*item, frame.scope);
      break;
    default:
      fail("not-yet-supported", "this statement parses, but is not supported here yet",
           item->range);
    }
  }
  return last;
}
