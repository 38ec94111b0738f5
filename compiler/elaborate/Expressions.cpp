//===- Expressions.cpp - names, members, operators ---------------*- C++ -*-===//
#include "compiler/elaborate/Constants.h"
#include "compiler/elaborate/Elaborator.h"

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;

static const std::map<std::string, std::string> binaryOps = {{"+", "add"}, {"-", "sub"}, {"*", "mul"}, {"/", "div"}, {"^", "pow"},
                                                      {"==", "eq"}, {"!=", "ne"}, {"<", "lt"},  {"<=", "le"}, {">", "gt"},
                                                      {">=", "ge"}, {"and", "and"}, {"or", "or"}};

mlir::Location Elaborator::location(const diag::SourceRange &range) {
  if (!range)
    return mlir::UnknownLoc::get(&context);
  return mlir::FileLineColLoc::get(&context, range.source->path(), range.source->line(range.begin), range.source->column(range.begin));
}

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
  if (!found)
    fail("unknown-name", "nothing is called `" + expr.text + "` here", expr.range, helpWithName(expr.text, frame.scope->visibleNames()));
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
  auto unknown = [&](const std::string &whose, const std::vector<std::string> &candidates, const std::string &help = "") {
    std::string meant = diag::didYouMean(expr.text, candidates);
    fail("unknown-name", whose + " has no member `" + expr.text + "`", expr.range, meant.empty() ? help : meant);
  };
  if (base.kind == Value::Record) {
    if (auto *field = base.fields->find(expr.text))
      return *field;
    std::vector<std::string> names;
    for (auto &[name, value] : base.fields->all)
      names.push_back(name);
    unknown(base.describe(), names);
  }
  if (base.kind == Value::Data && (expr.text == "train" || expr.text == "valid")) {
    Value part = base;
    part.data = std::make_shared<DataPipeline>(*base.data);
    bool split = false;
    for (auto &stage : part.data->stages)
      if (stage["stage"] == "split") {
        stage["part"] = expr.text;
        split = true;
        if (double valid = stage["valid"]; (expr.text == "valid" ? valid : 1 - valid) == 0)
          fail("out-of-range", "`" + base.data->name + "` is split so that `." + expr.text + "` has no rows", expr.range, "`split(valid = 5%)` has both parts");
      }
    if (!split)
      fail("type-mismatch", "`" + base.data->name + "` is not split, so it has no `." + expr.text + "`", expr.range, "add `|> split(valid = 5%)`");
    part.data->name += "." + expr.text;
    return part;
  }
  if (base.kind == Value::Data)
    unknown("data", {"train", "valid"}, "`.train` and `.valid` are its parts once it is split");
  if (base.kind == Value::Model) {
    Node &node = *base.node;
    if (node.kind != Node::Model && expr.text == "count") {
      for (auto &level : node.levels())
        if (level.isAnyNumber)
          throw Undecided{expr.range, "the number of layers depends on the sizes"};
      return Value::of(node.depths());
    }
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
    auto it = model.scope->names.find(expr.text);
    if (it != model.scope->names.end() && it->second.kind == Value::Builtin && model.param(expr.text))
      return paramOutside(model, expr.text, expr.range, frame);
    if (it != model.scope->names.end())
      return it->second;
    std::vector<std::string> names;
    for (auto &part : model.parts)
      names.push_back(part->name);
    std::string parts = joined(names, "`, `");
    for (auto &[name, value] : model.scope->names)
      names.push_back(name);
    unknown("`" + model.decl->name + "`", names, parts.empty() ? "" : "its parts are `" + parts + "`");
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
  static const std::set<std::string> ofSizes = {"div", "idiv", "mod", "min", "max", "pow"};
  if (symbols && v.size() == 2 && v[0].kind == Value::Int && v[1].kind == Value::Int && ofSizes.count(op))
    return Value::of(symbols->opaque(op + " " + v[0].size.str() + " " + v[1].size.str()));
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
  if (symbols && condition.kind == Value::TensorTerm && !frame.emission)
    return either(eval(*expr.children[1], frame), eval(*expr.children[2], frame), *expr.children[0]);
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
  if (symbols && last.kind == Value::Int && first.kind == Value::Int)
    throw Undecided{end.range, "how often this runs depends on the sizes"};
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
