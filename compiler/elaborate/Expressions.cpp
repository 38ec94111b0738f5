#include "compiler/elaborate/Elaborator.h"

#include "dialects/rxt/Rxt.h"

#include <algorithm>
#include <cmath>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

namespace {

const std::map<std::string, std::string> binaryOps = {{"+", "add"}, {"-", "sub"}, {"*", "mul"}, {"/", "div"}, {"^", "pow"},
                                                      {"==", "eq"}, {"!=", "ne"}, {"<", "lt"},  {"<=", "le"}, {">", "gt"},
                                                      {">=", "ge"}, {"and", "and"}, {"or", "or"}};

std::string shape(const std::vector<Axis> &axes) {
  std::string text = "[";
  for (auto &axis : axes)
    text += (text.size() > 1 ? ", " : "") + axis.label;
  return text + "]";
}

std::optional<Value> fold(const std::string &op, double x, double y, bool integers) {
  auto number = [&](double v) { return integers ? Value::of(int64_t(v)) : Value::real(v); };
  if (op == "add") return number(x + y);
  if (op == "sub") return number(x - y);
  if (op == "mul") return number(x * y);
  if (op == "div") return integers && y != 0 && std::fmod(x, y) == 0 ? number(x / y) : Value::real(x / y);
  if (op == "pow") return integers && y >= 0 ? number(std::pow(x, y)) : Value::real(std::pow(x, y));
  if (op == "min") return number(std::min(x, y));
  if (op == "max") return number(std::max(x, y));
  if (op == "mod" && y != 0) return number(x - y * std::floor(x / y));
  if (op == "idiv" && y != 0) return number(std::floor(x / y));
  if (op == "eq") return Value::boolean(x == y);
  if (op == "ne") return Value::boolean(x != y);
  if (op == "lt") return Value::boolean(x < y);
  if (op == "le") return Value::boolean(x <= y);
  if (op == "gt") return Value::boolean(x > y);
  if (op == "ge") return Value::boolean(x >= y);
  return std::nullopt;
}

std::optional<Value> foldUnary(const std::string &op, const Value &v) {
  double x = v.asDouble();
  bool integer = v.kind == Value::Int;
  if (op == "neg") return integer ? Value::of(-v.size.constant()) : Value::real(-x);
  if (op == "abs") return integer ? Value::of(std::abs(v.size.constant())) : Value::real(std::fabs(x));
  if (op == "floor") return Value::of(int64_t(std::floor(x)));
  if (op == "round") return Value::of(int64_t(std::floor(x + 0.5))); // halves go up
  if (op == "sqrt") return Value::real(std::sqrt(x));
  if (op == "rsqrt") return Value::real(1 / std::sqrt(x));
  if (op == "exp") return Value::real(std::exp(x));
  if (op == "log") return Value::real(std::log(x));
  return std::nullopt;
}

/// Polynomial arithmetic on sizes that are symbols of the data.
std::optional<Value> foldSizes(const std::string &op, const SizeExpr &x, const SizeExpr &y) {
  if (op == "add") return Value::of(x + y);
  if (op == "sub") return Value::of(x - y);
  if (op == "mul") return Value::of(x * y);
  if (op == "div" || op == "idiv") {
    if (auto quotient = x.dividedBy(y))
      return Value::of(*quotient);
    return std::nullopt;
  }
  if (op == "eq" && x == y) return Value::boolean(true);
  return std::nullopt;
}

} // namespace

std::string Value::describe() const {
  switch (kind) {
  case Nothing: return "nothing";
  case None: return "`none`";
  case Int: return "an integer";
  case Real: return "a number";
  case Bool: return "a truth value";
  case String: return "a text";
  case List: return "a list";
  case Record: return "a record";
  case Depth: return "a number that differs by depth";
  case TensorTerm: return term && !term->free.empty() ? "a tensor " + shape(term->free) : "a scalar";
  case Model: return "a model";
  case Layer: return layers.size() == 1 ? "a layer" : "the " + text + " of layers";
  case Class: return "a model class";
  case Func: return "a function";
  case InstanceOf: return "a model";
  case Data: return "data";
  case Package: return "a package";
  case Builtin: return "a built-in";
  case Measure: return "a metric";
  case Family: return "a family of " + std::to_string(list.size()) + " variants";
  }
  return "a value";
}

std::vector<std::string> Scope::visibleNames() const {
  std::vector<std::string> all;
  for (const Scope *s = this; s; s = s->parent.get())
    for (auto &[name, value] : s->names)
      all.push_back(name);
  return all;
}

mlir::Location Elaborator::location(const diag::SourceRange &range, const Emission *emission) {
  if (!range)
    return mlir::UnknownLoc::get(&context);
  auto at = mlir::FileLineColLoc::get(&context, range.source->path(), range.source->line(range.begin), range.source->column(range.begin));
  if (!emission || emission->path.empty())
    return at;
  return mlir::NameLoc::get(mlir::StringAttr::get(&context, emission->path), at);
}

//===----------------------------------------------------------------------===//
// Terms
//===----------------------------------------------------------------------===//

/// The axes of a combination. With subscripts the union in order of appearance; without, the longer label
/// list, which must contain the other: an outer product is never made silently.
std::vector<Axis> Elaborator::combine(const std::vector<TermPtr> &terms, bool isIndexed, const diag::SourceRange &range) {
  const TermPtr *longest = nullptr;
  for (auto &term : terms)
    if (!longest || term->free.size() > (*longest)->free.size())
      longest = &term;
  std::vector<Axis> axes = longest ? (*longest)->free : std::vector<Axis>();
  for (auto &term : terms) {
    size_t at = 0;
    for (auto &axis : term->free) {
      auto found = std::find_if(axes.begin(), axes.end(), [&](const Axis &a) { return a.label == axis.label; });
      if (found == axes.end()) {
        if (!isIndexed) {
          bool sameRank = term->free.size() == (*longest)->free.size();
          std::vector<diag::Label> labels;
          for (auto &t : {*longest, term})
            labels.push_back({t->range ? t->range : range, shape(t->free)});
          if (sameRank) {
            auto &other = (*longest)->free[&axis - term->free.data()];
            labels[0].text = other.label + " = " + other.size.str() + " (" + other.origin.str() + ")";
            labels[1].text = axis.label + " = " + axis.size.str() + " (" + axis.origin.str() + ")";
            fail("dim-mismatch", "these two values do not have the same axes: " + shape((*longest)->free) + " and " + shape(term->free), range,
                 "bring them to the same axes, or write the equation with indices", labels);
          }
          fail("broadcast", "cannot broadcast " + shape((*longest)->free) + " with " + shape(term->free) + ": neither label list contains the other", range,
               "write the outer product you mean with indices on the left: `y[a, b] = x[a] * w[b]`", labels);
        }
        axes.push_back(axis);
        continue;
      }
      if (isUnknown(found->size))
        *found = axis;
      else if (!isUnknown(axis.size) && !(found->size == axis.size)) {
        std::vector<diag::Label> labels = {{(*longest)->range ? (*longest)->range : range, found->size.str() + " (" + found->origin.str() + ")"},
                                           {term->range ? term->range : range, axis.size.str() + " (" + axis.origin.str() + ")"}};
        fail(isIndexed ? "index-range" : "dim-mismatch",
             isIndexed ? "`" + axis.label + "` ranges over two different sizes: " + found->size.str() + " and " + axis.size.str()
                       : "axis `" + axis.label + "` has two sizes: " + found->size.str() + " and " + axis.size.str(),
             range, "", labels);
      }
      size_t position = found - axes.begin();
      if (!isIndexed && position < at)
        fail("broadcast", "the axes of " + shape(term->free) + " stand in another order than in " + shape(axes), range, "write the equation with indices");
      at = position;
    }
  }
  return axes;
}

TermPtr Elaborator::apply(const std::string &op, std::vector<TermPtr> arguments, const diag::SourceRange &range) {
  auto term = std::make_shared<Term>();
  term->kind = Term::Apply;
  term->name = op;
  term->range = range;
  static const std::set<std::string> comparisons = {"eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not"};
  static const std::set<std::string> floatOnly = {"div", "pow", "exp", "log", "sqrt", "rsqrt", "sin", "cos", "tanh", "erf", "floor"};
  size_t first = op == "select" ? 1 : 0;
  Element element = Element::Literal;
  for (size_t i = first; i < arguments.size(); ++i) {
    auto promoted = promote(element, arguments[i]->element);
    if (!promoted) {
      // A position counts like an integer literal; other integers need a cast.
      fail("type-mismatch", "operands of two element types", range, "cast one side, e.g. `f64(x)`");
    }
    element = *promoted;
  }
  if (element == Element::I32 && floatOnly.count(op))
    fail("type-mismatch", "`" + op + "` of integers", range, "cast to a float first, e.g. `f32(n)`, or use `div(a, b)` for whole numbers");
  if (element == Element::Bool && !comparisons.count(op) && op != "select")
    element = Element::F32;
  // An outer product is meant only where every tensor is written with its indices.
  bool allIndexed = true;
  for (auto &argument : arguments) {
    term->isIndexed = term->isIndexed || argument->isIndexed;
    allIndexed = allIndexed && (argument->isIndexed || argument->free.empty());
  }
  term->free = combine(arguments, allIndexed, range);
  term->element = comparisons.count(op) ? Element::Bool : element;
  term->arguments = std::move(arguments);
  return term;
}

TermPtr Elaborator::toTerm(const Value &value, const diag::SourceRange &range, const Frame &frame) {
  switch (value.kind) {
  case Value::TensorTerm: {
    if (value.term->range)
      return value.term;
    auto copy = std::make_shared<Term>(*value.term);
    copy->range = range;
    return copy;
  }
  case Value::Real:
    return Term::literal(value.number, false);
  case Value::Bool: {
    auto term = Term::literal(value.number, true);
    term->element = Element::Bool;
    return term;
  }
  case Value::Int: {
    if (value.size.isConstant())
      return Term::literal(double(value.size.constant()), true);
    auto term = std::make_shared<Term>();
    term->kind = Term::Size;
    term->size = value.size;
    return term;
  }
  case Value::Depth:
    if (frame.emission && frame.emission->self)
      return Term::read({readDepth(value.label, *value.depth, frame), {}, value.depth->isInteger ? Element::I32 : Element::F32});
    break;
  default:
    break;
  }
  fail("type-mismatch", "a number or tensor is needed here, this is " + value.describe(), range);
}

Tensor Elaborator::materialize(const Value &value, const diag::SourceRange &range, const Frame &frame) {
  TermPtr term = toTerm(value, range, frame);
  for (auto &axis : term->free)
    if (isUnknown(axis.size))
      fail("unbound-index", "index `" + axis.label + "` has no range here", range, "state it on the left: `" + axis.label + ": n`");
  return TermEmitter(frame.emission->builder).materialize(term, location(range, frame.emission));
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

Value Elaborator::evalName(const Expr &expr, const Frame &frame) {
  if (frame.indices)
    if (auto *index = frame.indices->find(expr.text)) {
      auto term = std::make_shared<Term>();
      term->kind = Term::Position;
      term->name = expr.text;
      term->element = Element::Literal;
      term->isIndexed = true;
      term->range = expr.range;
      term->free = {*index ? **index : Axis{expr.text, unknownSize(expr.text), {expr.range, ""}}};
      return Value::tensor(term);
    }
  const Value *found = frame.scope->find(expr.text);
  if (!found) {
    std::string nearest = diag::nearestName(expr.text, frame.scope->visibleNames());
    fail("unknown-name", "nothing is called `" + expr.text + "` here", expr.range, nearest.empty() ? "" : "did you mean `" + nearest + "`?");
  }
  Value value = *found;
  if (value.kind == Value::Builtin && value.text.rfind("param:", 0) == 0) {
    if (!frame.emission || !frame.emission->self)
      fail("type-mismatch", "the parameter `" + expr.text + "` has no value before the model runs", expr.range);
    Param *param = frame.emission->self->param(expr.text);
    auto term = Term::read({readParam(expr.text, frame), param->axes, Element::F32});
    term->range = expr.range;
    return Value::tensor(term);
  }
  if (value.kind == Value::Int || value.kind == Value::Depth)
    value.label = expr.text;
  if (value.kind == Value::TensorTerm) {
    auto copy = std::make_shared<Term>(*value.term);
    copy->range = expr.range;
    value.term = copy;
  }
  return value;
}

Value Elaborator::evalMember(const Expr &expr, const Frame &frame) {
  Value base = eval(*expr.children[0], frame);
  auto unknown = [&](const std::vector<std::string> &candidates) {
    std::string nearest = diag::nearestName(expr.text, candidates);
    fail("unknown-name", base.describe() + " has no member `" + expr.text + "`", expr.range, nearest.empty() ? "" : "did you mean `" + nearest + "`?");
  };
  if (base.kind == Value::Record) {
    if (auto *field = base.fields->find(expr.text))
      return *field;
    std::vector<std::string> names;
    for (auto &[name, value] : base.fields->all)
      names.push_back(name);
    unknown(names);
  }
  if (base.kind == Value::Data && (expr.text == "train" || expr.text == "valid")) {
    Value part = base;
    part.data = std::make_shared<DataPipeline>(*base.data);
    bool split = false;
    for (auto &stage : part.data->stages)
      if (stage["stage"] == "split") {
        stage["part"] = expr.text;
        split = true;
      }
    if (!split)
      fail("type-mismatch", "`" + base.data->name + "` is not split, so it has no `." + expr.text + "`", expr.range, "add `|> split(valid = 5%)`");
    part.data->name += "." + expr.text;
    return part;
  }
  if (base.kind == Value::Model) {
    Node &node = *base.node;
    if (node.kind != Node::Model && expr.text == "count")
      return Value::of(node.depths());
    Node &model = *node.element();
    if (node.kind == Node::Model) {
      if (auto part = model.part(expr.text))
        return Value::model(part);
      if (expr.text == "tokenizer" && !node.source.empty()) {
        Value v = Value::string(node.source);
        v.label = "tokenizer";
        return v;
      }
    }
    if (auto it = model.scope->names.find(expr.text); it != model.scope->names.end())
      return it->second;
    std::vector<std::string> names;
    for (auto &part : model.parts)
      names.push_back(part->name);
    for (auto &[name, value] : model.scope->names)
      names.push_back(name);
    unknown(names);
  }
  fail("unknown-name", base.describe() + " has no members", expr.range);
}

Value Elaborator::arithmetic(const std::string &op, const std::vector<Value> &v, const diag::SourceRange &range, const Frame &frame,
                             const std::vector<diag::SourceRange> &parts) {
  if (v.size() == 1 && v[0].isNumber())
    if (auto folded = foldUnary(op, v[0]))
      return *folded;
  if (v.size() == 2 && v[0].kind == Value::String && v[1].kind == Value::String && (op == "eq" || op == "ne"))
    return Value::boolean((v[0].text == v[1].text) == (op == "eq"));
  if (v.size() == 2 && (v[0].kind == Value::None || v[1].kind == Value::None) && (op == "eq" || op == "ne"))
    return Value::boolean((v[0].kind == v[1].kind) == (op == "eq"));
  if (v.size() == 2 && v[0].kind == Value::Bool && v[1].kind == Value::Bool && (op == "and" || op == "or"))
    return Value::boolean(op == "and" ? v[0].number && v[1].number : v[0].number || v[1].number);
  if (v.size() == 1 && v[0].kind == Value::Bool && op == "not")
    return Value::boolean(!v[0].number);
  if (v.size() == 2 && v[0].isNumber() && v[1].isNumber())
    if (auto folded = fold(op, v[0].asDouble(), v[1].asDouble(), v[0].kind == Value::Int && v[1].kind == Value::Int))
      return *folded;
  if (v.size() == 2 && v[0].kind == Value::Int && v[1].kind == Value::Int)
    if (auto folded = foldSizes(op, v[0].size, v[1].size))
      return *folded;
  std::vector<TermPtr> terms;
  for (size_t i = 0; i < v.size(); ++i)
    terms.push_back(toTerm(v[i], i < parts.size() ? parts[i] : range, frame));
  return Value::tensor(apply(op, terms, range));
}

Value Elaborator::evalBinary(const Expr &expr, const Frame &frame) {
  if (expr.text == "|>") {
    // `x |> f(a)` is f(x, a)
    Expr &call = const_cast<Expr &>(*expr.children[1]);
    Value input = eval(*expr.children[0], frame);
    if (call.kind != Expr::Call)
      fail("syntax", "a stage after `|>` is a call", call.range, "write `|> name(..)`");
    auto arguments = evalArguments(call, frame);
    arguments.insert(arguments.begin(), {"", input});
    Value callee = eval(*call.children[0], frame);
    if (callee.kind == Value::Func)
      return callFunction(callee.function, {}, std::move(arguments), call, frame);
    if (callee.kind == Value::Builtin) {
      Value bound = callee;
      bound.list = {input};
      return callBuiltin(bound, call, frame);
    }
    fail("type-mismatch", "`|>` needs a stage or a function, this is " + callee.describe(), call.range);
  }
  Value left = eval(*expr.children[0], frame), right = eval(*expr.children[1], frame);
  if (expr.text == "+" && left.kind == Value::List && right.kind == Value::List) {
    left.list.insert(left.list.end(), right.list.begin(), right.list.end());
    return left;
  }
  return arithmetic(binaryOps.at(expr.text), {left, right}, expr.range, frame, {expr.children[0]->range, expr.children[1]->range});
}

Value Elaborator::evalIf(const Expr &expr, const Frame &frame) {
  Value condition = eval(*expr.children[0], frame);
  if (condition.kind == Value::Bool)
    return eval(*expr.children[condition.number ? 1 : 2], frame);
  std::vector<TermPtr> terms = {toTerm(condition, expr.children[0]->range, frame)};
  if (terms[0]->element != Element::Bool)
    fail("type-mismatch", "the condition of `if` is a truth value, this is " + condition.describe(), expr.children[0]->range, "compare it: `x > 0`");
  for (int i : {1, 2})
    terms.push_back(toTerm(eval(*expr.children[i], frame), expr.children[i]->range, frame));
  return Value::tensor(apply("select", terms, expr.range));
}

std::vector<Value> Elaborator::collection(const Expr &end, const Expr *begin, const Frame &frame) {
  Value last = eval(end, frame), first = begin ? eval(*begin, frame) : Value::of(0);
  if (last.isConstantInt() && first.isConstantInt()) {
    std::vector<Value> numbers;
    for (int64_t i = first.size.constant(); i < last.size.constant(); ++i)
      numbers.push_back(Value::of(i));
    return numbers;
  }
  if (last.kind == Value::Record) {
    std::vector<Value> fields;
    for (auto &[name, value] : last.fields->all) {
      fields.push_back(value);
      fields.back().label = name;
    }
    return fields;
  }
  if (last.kind != Value::List)
    fail("type-mismatch", "this runs over a range, a list or a record, not over " + last.describe(), end.range);
  return last.list;
}

Value Elaborator::eval(const Expr &expr, const Frame &frame) {
  switch (expr.kind) {
  case Expr::Number: return expr.isInteger ? Value::of(int64_t(expr.number)) : Value::real(expr.number);
  case Expr::String: return Value::string(expr.text);
  case Expr::Bool: return Value::boolean(expr.number);
  case Expr::None: return Value::none();
  case Expr::Name: return evalName(expr, frame);
  case Expr::Negate: return arithmetic("neg", {eval(*expr.children[0], frame)}, expr.range, frame, {expr.children[0]->range});
  case Expr::Not: return arithmetic("not", {eval(*expr.children[0], frame)}, expr.range, frame, {expr.children[0]->range});
  case Expr::Binary: return evalBinary(expr, frame);
  case Expr::If: return evalIf(expr, frame);
  case Expr::Call: return evalCall(expr, frame);
  case Expr::Subscripted: return evalSubscripted(expr, frame);
  case Expr::Member: return evalMember(expr, frame);
  case Expr::Stack:
  case Expr::Loop: return evalNest(expr, frame);
  case Expr::List: {
    Value v;
    v.kind = Value::List;
    for (auto &child : expr.children)
      v.list.push_back(eval(*child, frame));
    return v;
  }
  case Expr::Record: {
    Value v;
    v.kind = Value::Record;
    v.fields = std::make_shared<Fields>();
    for (auto &[name, field] : expr.fields)
      v.fields->all.push_back({name, eval(*field, frame)});
    return v;
  }
  case Expr::Comprehension: {
    Value v;
    v.kind = Value::List;
    for (auto &item : collection(*expr.children[1], expr.children.size() > 2 ? expr.children[2].get() : nullptr, frame)) {
      Frame inner = frame;
      inner.scope = std::make_shared<Scope>(frame.scope);
      inner.scope->names[expr.text] = item;
      v.list.push_back(eval(*expr.children[0], inner));
    }
    return v;
  }
  case Expr::Dtype:
  case Expr::Star:
  case Expr::Tuple:
  case Expr::With:
  case Expr::Block:
  case Expr::Repeat:
  case Expr::Lambda:
    fail("not-yet-supported", "`" + std::string(expr.range.text().substr(0, 40)) + "` parses, but this construct is not supported yet", expr.range);
  }
  fail("not-yet-supported", "this construct is not supported yet", expr.range);
}

//===----------------------------------------------------------------------===//
// Statements of forwards and functions
//===----------------------------------------------------------------------===//

void Elaborator::equation(const Item &item, const Frame &frame) {
  if (item.isDraw)
    fail("not-yet-supported", "a draw parses, but is not supported yet", item.range);
  if (!item.text.empty())
    fail("not-yet-supported", "`" + item.text + "` is not supported here", item.range);
  bool same = item.targets.size() == item.values.size();
  if (!same)
    fail("syntax", "as many names as values are needed", item.range);
  std::vector<Value> values;
  for (size_t i = 0; i < item.targets.size(); ++i) {
    const Expr &target = *item.targets[i];
    if (target.kind == Expr::Name) {
      Value value = eval(*item.values[i], frame);
      if (value.kind == Value::TensorTerm)
        value = Value::tensor(Term::read(materialize(value, item.values[i]->range, frame)));
      values.push_back(value);
      continue;
    }
    if (target.kind != Expr::Subscripted || target.children[0]->kind != Expr::Name)
      fail("syntax", "only a name, or a name with indices, can stand left of `=`", target.range);
    if (!frame.emission)
      fail("type-mismatch", "an equation over indices stands in a `forward`, `fn` or `metric`", item.range);
    IndexScope indices;
    indices.parent = frame.indices;
    std::vector<std::string> order;
    for (auto &subscript : target.subscripts) {
      if (subscript.kind == ast::Subscript::Pack) {
        order.push_back(".."); // the indices that the right side has and the left does not name
        continue;
      }
      if (subscript.kind != ast::Subscript::Index || subscript.expr->kind != Expr::Name)
        fail("syntax", "an index on the left is a name, `i` or `i: n`", subscript.range);
      std::optional<Axis> stated;
      if (subscript.rangeEnd) {
        Value end = eval(*subscript.rangeEnd, frame);
        if (end.kind != Value::Int)
          fail("type-mismatch", "the range of an index is an integer, this is " + end.describe(), subscript.rangeEnd->range);
        stated = Axis{subscript.expr->text, end.size, {subscript.range, ""}};
      }
      indices.names[subscript.expr->text] = stated;
      order.push_back(subscript.expr->text);
    }
    Frame inner = frame;
    inner.indices = &indices;
    TermPtr term = toTerm(eval(*item.values[i], inner), item.values[i]->range, inner);
    std::vector<Axis> axes;
    bool isPacked = std::find(order.begin(), order.end(), "..") != order.end();
    for (auto &name : order) {
      if (name == "..") {
        for (auto &axis : term->free)
          if (!indices.names.count(axis.label))
            axes.push_back(axis);
        continue;
      }
      auto found = std::find_if(term->free.begin(), term->free.end(), [&](const Axis &a) { return a.label == name; });
      if (found != term->free.end() && !isUnknown(found->size))
        axes.push_back(*found);
      else if (indices.names[name])
        axes.push_back(*indices.names[name]);
      else
        fail("unbound-index", "index `" + name + "` is on the left but nothing on the right gives it a range", item.range,
             "state it: `" + name + ": n`");
    }
    for (auto &axis : term->free)
      if (!isPacked && std::find(order.begin(), order.end(), axis.label) == order.end())
        fail("unbound-index", "index `" + axis.label + "` is used but never bound", item.values[i]->range,
             "put it on the left, or reduce it: `sum[" + axis.label + "](..)`");
    Tensor tensor = TermEmitter(frame.emission->builder).materialize(term, axes, location(item.range, frame.emission));
    values.push_back(Value::tensor(Term::read(tensor)));
  }
  for (size_t i = 0; i < item.targets.size(); ++i) {
    const Expr &target = *item.targets[i];
    std::string name = target.kind == Expr::Name ? target.text : target.children[0]->text;
    values[i].origin = {item.range, ""};
    frame.scope->names[name] = values[i];
  }
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
    case Item::Require: {
      Value holds = eval(*item->expr, frame);
      if (holds.kind != Value::Bool)
        fail("type-mismatch", "`require` needs something that is known before the run", item->range);
      if (!holds.number)
        fail("requirement", item->text.empty() ? "a requirement does not hold" : item->text, item->range);
      break;
    }
    case Item::Fn:
      define(*item, frame.scope);
      break;
    default:
      fail("not-yet-supported", "this statement parses, but is not supported here yet", item->range);
    }
  }
  return last;
}
