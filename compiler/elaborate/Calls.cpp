//===- Calls.cpp - functions, parts, casts -----------------------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include "dialects/rx/Rx.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;

namespace {

const std::set<std::string> reducers = {"sum", "mean", "prod",   "max",   "min",
                                        "any", "all",  "argmax", "argmin"};
const std::set<std::string> unary = {"exp",  "log", "sqrt", "rsqrt", "sin",  "cos",
                                     "tanh", "erf", "abs",  "floor", "round"};
const std::set<std::string> binary = {"min", "max", "mod", "div"};

} // namespace

std::vector<std::pair<std::string, Value>> Elaborator::evalArguments(const Expr &call,
                                                                     const Frame &frame) {
  std::vector<std::pair<std::string, Value>> list;
  for (auto &argument : call.arguments) {
    if (argument.rangeEnd)
      fail("type-mismatch", "a range is no argument here", argument.value->range);
    Value value = eval(*argument.value, frame);
    value.origin = {argument.value->range, ""};
    list.push_back({argument.name, std::move(value)});
  }
  if (auto overrides = callOverrides.find(&call); overrides != callOverrides.end())
    for (auto &[name, expr] : overrides->second) {
      Value value = eval(*expr, frame);
      value.origin = {expr->range, ""};
      std::erase_if(list, [&, n = name](auto &argument) { return argument.first == n; });
      list.push_back({name, std::move(value)});
    }
  return list;
}

bool Elaborator::isNumberFunction(const std::string &name) {
  return unary.count(name) || binary.count(name) || reducers.count(name) || name == "join";
}

/// `sum[e](..)`, `join[e](..)`, `softmax[u](..)`
Value Elaborator::callIndexed(const Expr &callee, const Expr &call, const Frame &frame) {
  const std::string &name = callee.children[0]->text;
  const Value *named = frame.scope->find(name);
  if (!named && reducers.count(name))
    return callReducer(name, callee, call, frame);
  if (!named && name == "join")
    return callJoin(callee, call, frame);
  if (!named) {
    std::vector<std::string> candidates = frame.scope->visibleNames();
    candidates.insert(candidates.end(), reducers.begin(), reducers.end());
    fail("unknown-name", "there is no reducer or function `" + name + "`", callee.range,
         helpWithName(name, candidates));
  }
  std::vector<std::string> indices;
  IndexScope inside;
  inside.parent = frame.indices;
  for (auto &subscript : callee.subscripts) {
    indices.push_back(subscript.expr ? subscript.expr->text : "");
    inside.names[indices.back()] = std::nullopt;
  }
  Frame inner = frame;
  inner.indices = &inside; // `softmax[u](..)` binds u in its argument
  return callFunction(named->function, indices, evalArguments(call, inner), call, inner);
}

/// `f32(x)`
Value Elaborator::callCast(const Expr &callee, const Expr &call, const Frame &frame) {
  if (call.arguments.size() != 1)
    fail("argument-count", "a cast takes one value", call.range);
  static const std::map<std::string, Element> elements = {
      {"f64", Element::F64}, {"f32", Element::F32}, {"i32", Element::I32}};
  Value value = eval(*call.arguments[0].value, frame);
  auto element = elements.find(callee.text);
  if (element == elements.end())
    fail("not-yet-supported", "a cast to `" + callee.text + "` is not supported yet", callee.range);
  TermPtr term = toTerm(value, call.arguments[0].value->range, frame);
  bool isSingle =
      term->kind == Term::Number || term->kind == Term::Position || term->kind == Term::Size;
  if (term->element == Element::Literal &&
      isSingle) { // a literal, a position or a size is simply of that type
    auto typed = std::make_shared<Term>(*term);
    typed->element = element->second;
    return Value::tensor(typed);
  }
  auto cast = std::make_shared<Term>();
  cast->kind = Term::Apply;
  cast->name = "cast";
  cast->element = element->second;
  cast->free = term->free;
  cast->isIndexed = term->isIndexed;
  cast->arguments = {term};
  cast->range = call.range;
  return Value::tensor(cast);
}

/// `exp(x)`, `min(a, b, c)`; nothing if no function of numbers has this name.
std::optional<Value> Elaborator::callElementwise(const std::string &name, const Expr &call,
                                                 const Frame &frame) {
  size_t count = call.arguments.size();
  bool one = unary.count(name) && count == 1, two = binary.count(name) && count == 2;
  bool several = (name == "min" || name == "max") && count > 2;
  if (!one && !two && !several) {
    if (unary.count(name) || binary.count(name))
      fail("argument-count",
           "`" + name + "` takes " + (unary.count(name) ? "one argument" : "two arguments"),
           call.range);
    if (reducers.count(name))
      fail("syntax", "a reducer names the indices it reduces", call.range, "`" + name + "[i](..)`");
    return std::nullopt;
  }
  std::vector<Value> values;
  std::vector<diag::SourceRange> ranges;
  for (auto &argument : call.arguments) {
    values.push_back(eval(*argument.value, frame));
    ranges.push_back(argument.value->range);
  }
  for (; values.size() > 2; values.erase(values.begin() + 1), ranges.erase(ranges.begin() + 1))
    values[0] = arithmetic(name, {values[0], values[1]}, call.range, frame, {ranges[0], ranges[1]});
  return arithmetic(name == "div" ? "idiv" : name, values, call.range, frame, ranges);
}

/// `Net(8)`, `perplexity(m, D)`, `Recursive(source, 2)`
Value Elaborator::callClass(const Function &function, const Expr &call, const Frame &frame) {
  if (function.item->text == "convert")
    return convert(function, evalArguments(call, frame), call);
  Value value;
  value.origin = {call.range, ""};
  if (function.item->text == "metric") {
    value.kind = Value::Measure;
    value.function = function;
    value.fields = std::make_shared<Fields>();
    value.fields->all = evalArguments(call, frame);
    value.text = std::string(call.range.text());
    return value;
  }
  value.kind = Value::InstanceOf;
  value.instance = std::make_shared<Instance>(
      Instance{function.item, function.scope, evalArguments(call, frame), call.range});
  return value;
}

/// `m.head(x)`, `D.take(4)`; nothing if the member is simply a value that is called.
std::optional<Value> Elaborator::callMember(const Expr &callee, const Expr &call,
                                            const Frame &frame) {
  Value base = eval(*callee.children[0], frame);
  if (base.kind == Value::Model && base.node->kind == Node::Model && callee.text != "forward" &&
      methodOf(*base.node, callee.text).first)
    return callNode(base.node, callee.text, evalArguments(call, frame), call, frame);
  if (base.kind != Value::Data)
    return std::nullopt;
  Value stage;
  stage.kind = Value::Builtin;
  stage.text = callee.text;
  stage.list = {base};
  return callBuiltin(stage, call, frame);
}

Value Elaborator::evalCall(const Expr &expr, const Frame &frame) {
  const Expr &callee = *expr.children[0];
  if (callee.kind == Expr::Subscripted && callee.children[0]->kind == Expr::Name) {
    const Value *named = frame.scope->find(callee.children[0]->text);
    if (!named || named->kind == Value::Func)
      return callIndexed(callee, expr, frame);
  }
  if (callee.kind == Expr::Dtype)
    return callCast(callee, expr, frame);
  std::optional<Value> result;
  if (callee.kind == Expr::Name && !frame.scope->find(callee.text))
    result = callElementwise(callee.text, expr, frame);
  if (callee.kind == Expr::Member)
    result = callMember(callee, expr, frame);
  if (result)
    return *result;
  Value value = eval(callee, frame);
  switch (value.kind) {
  case Value::Func:
    return callFunction(value.function, {}, evalArguments(expr, frame), expr, frame);
  case Value::Model:
    return callNode(value.node, "forward", evalArguments(expr, frame), expr, frame);
  case Value::Builtin:
    return callBuiltin(value, expr, frame);
  case Value::Class:
    return callClass(value.function, expr, frame);
  default:
    fail("type-mismatch", value.describe() + " cannot be called", callee.range);
  }
}

/// An index parameter stands for the caller's index; it names the last axis of the arguments that
/// declare it.
Value Elaborator::indexLast(const Value &argument, const std::vector<std::string> &indices,
                            const diag::SourceRange &range, const Frame &frame) {
  Value value = argument;
  for (auto &index : indices) {
    std::vector<Axis> order = value.term->free;
    const Axis *found = findAxis(order, index);
    if (!found || found == &order.back())
      continue;
    auto at = order.begin() + (found - order.data());
    std::rotate(at, at + 1, order.end());
    value = Value::tensor(
        Term::read(TermEmitter(frame.emission->builder)
                       .materialize(value.term, order, location(range))));
  }
  return value;
}

Value Elaborator::callFunction(const Function &function, const std::vector<std::string> &indices,
                               std::vector<std::pair<std::string, Value>> arguments,
                               const Expr &call, const Frame &frame) {
  const ast::Item &item = *function.item;
  if (item.isExtern)
    fail("not-yet-supported", "`extern fn` parses, but is not supported yet", call.range);
  if (indices.size() != item.indices.size())
    fail("argument-count",
         "`" + item.name + "` is called with " + std::to_string(item.indices.size()) +
             " indices in square brackets",
         call.range,
         item.indices.empty() ? "" : "`" + item.name + "[" + item.indices[0] + "](..)`");
  auto scope = std::make_shared<Scope>(function.scope);
  std::map<std::string, std::string> renames;
  bool isIndexed = false;
  for (auto &[name, value] : arguments)
    if (value.kind == Value::TensorTerm) {
      isIndexed = isIndexed || value.term->isIndexed;
      value = indexLast(value, indices, call.range, frame);
    }
  bindParameters(item.parameters, arguments, scope, call.range, item.name, frame, renames);
  Frame inner;
  inner.scope = scope;
  inner.emission = frame.emission;
  const diag::SourceRange &at = item.expr ? item.expr->range : item.range;
  Value value = item.expr ? eval(*item.expr, inner) : runBody(item.body, inner);
  if (value.kind != Value::TensorTerm)
    return value;
  Tensor tensor = bindResult(item.type.get(), value, scope, at, inner, renames);
  TermPtr term = Term::read(tensor);
  term->range = call.range;
  term->isIndexed = isIndexed;
  return Value::tensor(term);
}

Value Elaborator::callNode(const NodePtr &node, const std::string &method,
                           std::vector<std::pair<std::string, Value>> arguments, const Expr &call,
                           const Frame &frame) {
  if (!frame.emission)
    fail("type-mismatch", "a model is applied in a `forward`, `fn` or `metric`", call.range);
  // Arguments become tensors here; the forward is elaborated for their types.
  std::vector<Value> values;
  llvm::SmallVector<mlir::Value> operands;
  const ast::Item *decl = methodOf(*node->element(), method).first;
  for (auto &[name, value] : arguments) {
    if (!name.empty())
      fail("not-yet-supported", "arguments of a part are given by position", call.range);
    const diag::SourceRange &at = value.origin.range ? value.origin.range : call.range;
    const ast::Type *type = decl && values.size() < decl->parameters.size()
                                ? decl->parameters[values.size()].type.get()
                                : nullptr;
    Tensor tensor = value.kind == Value::List ? listArgument(value, type, at, frame)
                                              : materialize(value, at, frame);
    operands.push_back(tensor.value);
    Value v = Value::tensor(Term::read(tensor));
    v.origin = value.origin;
    values.push_back(v);
  }
  if (!frame.emission->self && !mlir::isa<mlir::ModuleOp>(opOf(*node)->getParentOp()))
    fail("not-yet-supported", "a part is applied by the model it belongs to, not from outside yet",
         call.range);
  Forward f = forward(*node, method, values, call.range);
  auto symbol = mlir::FlatSymbolRefAttr::get(&context, f.symbol);
  bool isOwn = node.get() == frame.emission->self;
  auto callee =
      isOwn ? mlir::SymbolRefAttr(symbol)
            : mlir::SymbolRefAttr::get(
                  &context, mlir::SymbolTable::getSymbolName(opOf(*node)).getValue(), {symbol});
  auto op = rxd::ApplyOp::create(frame.emission->builder, location(call.range),
                                 f.type, callee, operands);
  TermPtr term = Term::read({op.getResult(0), f.result, f.element});
  term->range = call.range;
  return Value::tensor(term);
}
