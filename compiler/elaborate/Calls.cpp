//===- Calls.cpp - reducers, functions, parts --------------------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include "dialects/rxt/Rxt.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;

namespace {

const std::set<std::string> reducers = {"sum", "mean", "prod", "max", "min", "any", "all", "argmax", "argmin"};
const std::set<std::string> unary = {"exp", "log", "sqrt", "rsqrt", "sin", "cos", "tanh", "erf", "abs", "floor", "round"};
const std::set<std::string> binary = {"min", "max", "mod", "div"};

} // namespace

std::vector<std::pair<std::string, Value>> Elaborator::evalArguments(const Expr &call, const Frame &frame) {
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

Value Elaborator::callReducer(const std::string &kind, const Expr &callee, const Expr &call, const Frame &frame) {
  if (call.arguments.size() != 1)
    fail("argument-count", "`" + kind + "[..]` takes one expression", call.range);
  if (!frame.emission)
    return reduceConfigured(kind, callee, call, frame);
  IndexScope indices;
  indices.parent = frame.indices;
  std::vector<std::string> reduced;
  for (auto &subscript : callee.subscripts) {
    if (subscript.kind != ast::Subscript::Index || subscript.expr->kind != Expr::Name)
      fail("syntax", "a reducer names its indices, `sum[e](..)` or `sum[j: 3](..)`", subscript.range);
    std::optional<Axis> stated;
    if (subscript.rangeEnd)
      stated = Axis{subscript.expr->text, eval(*subscript.rangeEnd, frame).size, {subscript.range, ""}};
    indices.names[subscript.expr->text] = stated;
    reduced.push_back(subscript.expr->text);
  }
  Frame inner = frame;
  inner.indices = &indices;
  TermPtr body = toTerm(eval(*call.arguments[0].value, inner), call.arguments[0].value->range, inner);
  for (size_t i = 0; i < reduced.size(); ++i) {
    auto found = std::find_if(body->free.begin(), body->free.end(), [&](const Axis &a) { return a.label == reduced[i]; });
    if (found == body->free.end() || isUnknown(found->size)) {
      std::string labels;
      for (auto &axis : body->free)
        labels += (labels.empty() ? "" : ", ") + axis.label;
      fail("unbound-index", "`" + kind + "` has no axis `" + reduced[i] + "` to reduce", callee.subscripts[i].range,
           labels.empty() ? "" : "the expression has the axes [" + labels + "]");
    }
  }
  TermPtr result = TermEmitter(frame.emission->builder).reduce(kind, reduced, body, location(call.range, frame.emission));
  result->range = call.range;
  return Value::tensor(result);
}

/// A reducer over what is known before the run: numbers, or the layers of a model.
Value Elaborator::reduceConfigured(const std::string &kind, const Expr &callee, const Expr &call, const Frame &frame) {
  if (callee.subscripts.size() != 1 || !callee.subscripts[0].rangeEnd || callee.subscripts[0].expr->kind != Expr::Name)
    fail("syntax", "outside a `forward`, `fn` or `metric` a reducer names one index with its range", callee.range, "`" + kind + "[b: 3](..)`");
  Value count = eval(*callee.subscripts[0].rangeEnd, frame);
  if (!count.isConstantInt() || count.size.constant() < 1)
    fail("type-mismatch", "the range of an index is an integer of at least 1, this is " + count.describe(), callee.subscripts[0].range);
  Value result;
  for (int64_t i = 0; i < count.size.constant(); ++i) {
    Frame inner = frame;
    inner.scope = std::make_shared<Scope>(frame.scope);
    inner.scope->names[callee.subscripts[0].expr->text] = Value::of(i);
    Value next = eval(*call.arguments[0].value, inner);
    bool isSum = kind == "sum" || kind == "mean";
    if (next.kind == Value::Layer ? !isSum : !next.isNumber() || kind == "argmax" || kind == "argmin")
      fail("type-mismatch", "`" + kind + "` has no value before the run for " + next.describe(), call.arguments[0].value->range, "tensors have values in a `forward`, `fn` or `metric`");
    if (i == 0)
      result = next;
    else if (next.kind != result.kind && (next.kind == Value::Layer || result.kind == Value::Layer))
      fail("type-mismatch", "the terms of a `" + kind + "` are all numbers or all layers", call.arguments[0].value->range);
    else if (next.kind == Value::Layer)
      result.layers.insert(result.layers.end(), next.layers.begin(), next.layers.end());
    else
      result = arithmetic(isSum ? "add" : kind == "prod" ? "mul" : kind, {result, next}, call.range, frame, {});
  }
  if (result.kind == Value::Layer)
    result.text = kind;
  else if (kind == "mean")
    result = arithmetic("div", {result, count}, call.range, frame, {});
  result.origin = {call.range, ""};
  return result;
}

/// `join[e](a, b, ..)`: side by side along `e`; what lies beyond a part is never read.
Value Elaborator::callJoin(const Expr &callee, const Expr &call, const Frame &frame) {
  std::string label = callee.subscripts.size() == 1 && callee.subscripts[0].expr ? callee.subscripts[0].expr->text : "";
  std::vector<Tensor> parts;
  SizeExpr total(0);
  for (auto &argument : call.arguments) {
    parts.push_back(materialize(eval(*argument.value, frame), argument.value->range, frame));
    auto &axes = parts.back().axes;
    auto at = std::find_if(axes.begin(), axes.end(), [&](const Axis &a) { return a.label == label; });
    if (at == axes.end())
      fail("unbound-index", "this part has no axis `" + label + "` to join along", argument.value->range);
    total = total + at->size;
  }
  if (parts.empty())
    fail("argument-count", "`join` needs at least one part", call.range);
  std::vector<Axis> axes = parts[0].axes;
  size_t along = std::find_if(axes.begin(), axes.end(), [&](const Axis &a) { return a.label == label; }) - axes.begin();
  axes[along].size = total;
  TermEmitter emitter(frame.emission->builder);
  auto loc = location(call.range, frame.emission);
  TermPtr result;
  SizeExpr begin(0);
  for (auto &part : parts) {
    if (part.axes.size() != axes.size())
      fail("rank-mismatch", "the parts of a `join` have the same axes", call.range);
    for (size_t i = 0; i < axes.size(); ++i)
      if (i != along && (part.axes[i].label != axes[i].label || !(part.axes[i].size == axes[i].size)))
        fail("dim-mismatch", "the parts of a `join` differ in axis `" + part.axes[i].label + "`", call.range);
    llvm::SmallVector<mlir::AffineExpr> position;
    llvm::SmallVector<mlir::Attribute> symbols;
    for (size_t i = 0; i < axes.size(); ++i)
      position.push_back(frame.emission->builder.getAffineDimExpr(i));
    if (begin.isConstant())
      position[along] = position[along] - begin.constant();
    else {
      position[along] = position[along] - frame.emission->builder.getAffineSymbolExpr(0);
      symbols.push_back(frame.emission->builder.getStringAttr(begin.str()));
    }
    mlir::Type type = emitter.elementType(part.element);
    mlir::TypedAttr zero = mlir::cast<mlir::TypedAttr>(frame.emission->builder.getZeroAttr(type));
    auto op = rxt::WindowOp::create(frame.emission->builder, loc, emitter.tensorType(part.element, axes), part.value,
                                    mlir::AffineMap::get(axes.size(), symbols.size(), position, &context),
                                    frame.emission->builder.getArrayAttr(symbols), zero);
    TermPtr read = Term::read({op.getResult(), axes, part.element});
    if (!result)
      result = read;
    else {
      auto at = std::make_shared<Term>();
      at->kind = Term::Position;
      at->name = label;
      at->free = {axes[along]};
      TermPtr edge = toTerm(Value::of(begin), call.range, frame);
      result = apply("select", {apply("lt", {at, edge}, call.range), result, read}, call.range);
      result->free = axes;
    }
    begin = begin + part.axes[along].size;
  }
  return Value::tensor(result);
}

Value Elaborator::evalCall(const Expr &expr, const Frame &frame) {
  const Expr &callee = *expr.children[0];
  if (callee.kind == Expr::Subscripted && callee.children[0]->kind == Expr::Name) {
    const std::string &name = callee.children[0]->text;
    const Value *named = frame.scope->find(name);
    if (!named && reducers.count(name))
      return callReducer(name, callee, expr, frame);
    if (!named && name == "join")
      return callJoin(callee, expr, frame);
    if (named && named->kind == Value::Func) {
      std::vector<std::string> indices;
      IndexScope inside;
      inside.parent = frame.indices;
      for (auto &subscript : callee.subscripts) {
        indices.push_back(subscript.expr ? subscript.expr->text : "");
        inside.names[indices.back()] = std::nullopt;
      }
      Frame inner = frame;
      inner.indices = &inside; // `softmax[u](..)` binds u in its argument
      return callFunction(named->function, indices, evalArguments(expr, inner), expr, inner);
    }
    if (!named) {
      std::vector<std::string> candidates = frame.scope->visibleNames();
      candidates.insert(candidates.end(), reducers.begin(), reducers.end());
      std::string nearest = diag::nearestName(name, candidates);
      fail("unknown-name", "there is no reducer or function `" + name + "`", callee.range, nearest.empty() ? "" : "did you mean `" + nearest + "`?");
    }
  }
  if (callee.kind == Expr::Dtype) {
    if (expr.arguments.size() != 1)
      fail("argument-count", "a cast takes one value", expr.range);
    Value value = eval(*expr.arguments[0].value, frame);
    static const std::map<std::string, Element> elements = {{"f64", Element::F64}, {"f32", Element::F32}, {"i32", Element::I32}};
    auto element = elements.find(callee.text);
    if (element == elements.end())
      fail("not-yet-supported", "a cast to `" + callee.text + "` is not supported yet", callee.range);
    TermPtr term = toTerm(value, expr.arguments[0].value->range, frame);
    auto cast = std::make_shared<Term>();
    cast->kind = Term::Apply;
    cast->name = "cast";
    cast->element = element->second;
    cast->free = term->free;
    cast->isIndexed = term->isIndexed;
    cast->arguments = {term};
    cast->range = expr.range;
    if (term->element == Element::Literal) { // a literal, a position or a size is simply of that type
      auto typed = std::make_shared<Term>(*term);
      if (typed->kind == Term::Number || typed->kind == Term::Position || typed->kind == Term::Size) {
        typed->element = element->second;
        return Value::tensor(typed);
      }
    }
    return Value::tensor(cast);
  }
  if (callee.kind == Expr::Name && !frame.scope->find(callee.text)) {
    bool one = unary.count(callee.text) && expr.arguments.size() == 1, two = binary.count(callee.text) && expr.arguments.size() == 2;
    bool several = (callee.text == "min" || callee.text == "max") && expr.arguments.size() > 2;
    if (one || two || several) {
      std::vector<Value> values;
      std::vector<diag::SourceRange> ranges;
      for (auto &argument : expr.arguments) {
        values.push_back(eval(*argument.value, frame));
        ranges.push_back(argument.value->range);
      }
      for (; values.size() > 2; values.erase(values.begin() + 1), ranges.erase(ranges.begin() + 1))
        values[0] = arithmetic(callee.text, {values[0], values[1]}, expr.range, frame, {ranges[0], ranges[1]});
      return arithmetic(callee.text == "div" ? "idiv" : callee.text, values, expr.range, frame, ranges);
    }
    if (unary.count(callee.text) || binary.count(callee.text))
      fail("argument-count", "`" + callee.text + "` takes " + (unary.count(callee.text) ? "one argument" : "two arguments"), expr.range);
    if (reducers.count(callee.text))
      fail("syntax", "a reducer names the indices it reduces", expr.range, "`" + callee.text + "[i](..)`");
  }
  if (callee.kind == Expr::Member) {
    Value base = eval(*callee.children[0], frame);
    if (base.kind == Value::Model && base.node->kind == Node::Model && callee.text != "forward" && methodOf(*base.node, callee.text).first)
      return callNode(base.node, callee.text, evalArguments(expr, frame), expr, frame);
    if (base.kind == Value::Data) {
      Value stage;
      stage.kind = Value::Builtin;
      stage.text = callee.text;
      stage.list = {base};
      return callBuiltin(stage, expr, frame);
    }
  }
  Value value = eval(callee, frame);
  switch (value.kind) {
  case Value::Func:
    return callFunction(value.function, {}, evalArguments(expr, frame), expr, frame);
  case Value::Model:
    return callNode(value.node, "forward", evalArguments(expr, frame), expr, frame);
  case Value::Builtin:
    return callBuiltin(value, expr, frame);
  case Value::Class: {
    if (value.function.item->text == "convert")
      return convert(value.function, evalArguments(expr, frame), expr);
    Value instance;
    if (value.function.item->text == "metric") {
      instance.kind = Value::Measure;
      instance.function = value.function;
      instance.fields = std::make_shared<Fields>();
      instance.fields->all = evalArguments(expr, frame);
      instance.text = std::string(expr.range.text());
      instance.origin = {expr.range, ""};
      return instance;
    }
    instance.kind = Value::InstanceOf;
    instance.instance = std::make_shared<Instance>(Instance{value.function.item, value.function.scope, evalArguments(expr, frame), expr.range});
    instance.origin = {expr.range, ""};
    return instance;
  }
  default:
    fail("type-mismatch", value.describe() + " cannot be called", callee.range);
  }
}

//===----------------------------------------------------------------------===//
// Binding arguments to declared types and back
//===----------------------------------------------------------------------===//

Value Elaborator::bindTensor(const ast::Type &type, const Value &value, const std::shared_ptr<Scope> &scope, const diag::SourceRange &range, const Frame &frame,
                             std::map<std::string, std::string> &renames) {
  static const std::map<std::string, Element> elements = {{"f64", Element::F64}, {"f32", Element::F32}, {"i32", Element::I32}, {"bool", Element::Bool}, {"id", Element::I32}};
  if (!type.hasAxes && (value.isNumber() || value.kind == Value::Depth))
    return value; // a scalar parameter takes a configured number as it is
  Tensor tensor = materialize(value, range, frame);
  if (type.text != "num")
    if (auto element = elements.find(type.text); element == elements.end() || element->second != tensor.element)
      fail("type-mismatch", "the argument's element type is not `" + type.text + "`", range, "cast it, e.g. `" + type.text + "(x)`");
  size_t fixed = 0, pack = 0;
  for (auto &axis : type.axes)
    axis.kind == ast::Subscript::Pack ? ++pack : ++fixed;
  size_t rank = tensor.axes.size();
  if (rank < fixed || (!pack && rank != fixed)) {
    std::string shape;
    for (auto &axis : tensor.axes)
      shape += (shape.empty() ? "" : ", ") + axis.label;
    fail("rank-mismatch", "the argument has the axes [" + shape + "], `" + std::string(type.range.text()) + "` is needed", range, "",
         {{range, "[" + shape + "]"}, {type.range, "declared here"}});
  }
  std::vector<Axis> axes;
  for (auto &declared : type.axes) {
    if (declared.kind == ast::Subscript::Pack) {
      for (size_t n = rank - fixed; n > 0; --n)
        axes.push_back(tensor.axes[axes.size()]);
      continue;
    }
    Axis axis = tensor.axes[axes.size()];
    const Expr *sizeExpr = declared.rangeEnd ? declared.rangeEnd.get() : declared.expr.get();
    std::string label = declared.expr->kind == Expr::Name ? declared.expr->text : std::string(declared.expr->range.text());
    bool names = sizeExpr->kind == Expr::Name && !scope->find(sizeExpr->text);
    if (names) {
      Value size = Value::of(axis.size);
      size.label = axis.label;
      size.origin = axis.origin;
      scope->names[sizeExpr->text] = size;
    } else {
      Frame inner;
      inner.scope = scope;
      Value size = eval(*sizeExpr, inner);
      if (size.kind != Value::Int || !(size.size == axis.size)) {
        const Value *named = sizeExpr->kind == Expr::Name ? scope->find(sizeExpr->text) : nullptr;
        std::string from = named ? named->origin.str() : "";
        fail("dim-mismatch", "axis `" + axis.label + "` has size " + axis.size.str() + ", `" + std::string(sizeExpr->range.text()) + "` = " + size.size.str() + " is needed", range,
             "", {{range, axis.label + " = " + axis.size.str() + (axis.origin.str().empty() ? "" : " (" + axis.origin.str() + ")")},
                  {declared.range, std::string(sizeExpr->range.text()) + " = " + size.size.str() + (from.empty() ? "" : " (" + from + ")")}});
      }
    }
    if (axis.label != label)
      renames[label] = axis.label;
    axis.label = label;
    axes.push_back(axis);
  }
  tensor.axes = axes;
  return Value::tensor(Term::read(tensor));
}

void Elaborator::bindParameters(const std::vector<ast::Parameter> &parameters, const std::vector<std::pair<std::string, Value>> &arguments,
                                const std::shared_ptr<Scope> &scope, const diag::SourceRange &range, const std::string &callee, const Frame &frame,
                                std::map<std::string, std::string> &renames) {
  std::vector<const Value *> bound(parameters.size());
  size_t next = 0;
  for (auto &[name, value] : arguments) {
    size_t at = next;
    if (!name.empty()) {
      std::vector<std::string> names;
      for (at = 0; at < parameters.size() && parameters[at].name != name; ++at)
        names.push_back(parameters[at].name);
      if (at == parameters.size()) {
        std::string nearest = diag::nearestName(name, names);
        fail("unknown-argument", "`" + callee + "` has no argument `" + name + "`", value.origin.range ? value.origin.range : range,
             nearest.empty() ? "" : "did you mean `" + nearest + "`?");
      }
    } else
      ++next;
    if (at >= parameters.size())
      fail("argument-count", "`" + callee + "` takes " + std::to_string(parameters.size()) + " arguments, here are more", range);
    if (bound[at])
      fail("duplicate-name", "`" + parameters[at].name + "` is given twice", range);
    bound[at] = &value;
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ast::Parameter &parameter = parameters[i];
    Value value;
    if (bound[i])
      value = *bound[i];
    else if (parameter.defaultValue) {
      Frame defaults = frame;
      defaults.scope = scope;
      defaults.indices = nullptr;
      value = eval(*parameter.defaultValue, defaults);
    } else
      fail("argument-count", "`" + callee + "` needs `" + parameter.name + "`", range, "", {{range, ""}, {parameter.range, "declared here"}});
    diag::SourceRange at = bound[i] && value.origin.range ? value.origin.range : range;
    const ast::Type *type = parameter.type.get();
    if (type && type->kind == ast::Type::Tensor && (type->hasAxes || value.kind == Value::TensorTerm))
      value = bindTensor(*type, value, scope, at, frame, renames);
    else if (type && type->kind == ast::Type::Path && (type->text == "dim" || type->text == "int")) {
      if (value.kind == Value::Depth && type->text == "dim")
        fail("type-mismatch", "a size cannot differ by depth", at);
      if (value.kind != Value::Int && value.kind != Value::Depth)
        fail("type-mismatch", "`" + parameter.name + "` is an integer, this is " + value.describe(), at);
    } else if (type && type->kind == ast::Type::Literals) {
      if (value.kind != Value::String || std::find(type->literals.begin(), type->literals.end(), value.text) == type->literals.end()) {
        std::string nearest = value.kind == Value::String ? diag::nearestName(value.text, type->literals) : "";
        fail("type-mismatch", "`" + parameter.name + "` is one of " + std::string(type->range.text()), at, nearest.empty() ? "" : "did you mean \"" + nearest + "\"?");
      }
    }
    if (!value.origin.range)
      value.origin = {bound[i] ? at : parameter.range, ""};
    scope->names[parameter.name] = value;
  }
}

Tensor Elaborator::bindResult(const ast::Type *type, const Value &value, const std::shared_ptr<Scope> &scope, const diag::SourceRange &range, const Frame &frame,
                              const std::map<std::string, std::string> &renames) {
  TermPtr term = toTerm(value, range, frame);
  std::vector<Axis> axes = term->free;
  if (type && type->kind == ast::Type::Tensor) {
    size_t fixed = 0;
    bool pack = false;
    for (auto &axis : type->axes)
      axis.kind == ast::Subscript::Pack ? void(pack = true) : void(++fixed);
    if (term->free.size() < fixed || (!pack && term->free.size() != fixed)) {
      std::string shape;
      for (auto &axis : term->free)
        shape += (shape.empty() ? "" : ", ") + axis.label;
      fail("rank-mismatch", "the result has the axes [" + shape + "], `" + std::string(type->range.text()) + "` is declared", range, "",
           {{range, "[" + shape + "]"}, {type->range, "declared here"}});
    }
    // Labels that the declaration names go where it names them; a pack takes the rest in order.
    std::vector<Axis> ordered, rest = axes;
    bool byLabel = true;
    for (auto &declared : type->axes) {
      if (declared.kind == ast::Subscript::Pack)
        continue;
      auto found = std::find_if(rest.begin(), rest.end(), [&](const Axis &a) { return declared.expr->kind == Expr::Name && a.label == declared.expr->text; });
      byLabel = byLabel && found != rest.end();
      if (byLabel)
        rest.erase(found);
    }
    for (auto &declared : type->axes) {
      if (!byLabel)
        break;
      if (declared.kind == ast::Subscript::Pack)
        ordered.insert(ordered.end(), rest.begin(), rest.end());
      else
        ordered.push_back(*std::find_if(axes.begin(), axes.end(), [&](const Axis &a) { return a.label == declared.expr->text; }));
    }
    if (byLabel)
      axes = ordered;
    for (size_t i = 0, at = 0; i < type->axes.size(); ++i) {
      auto &declared = type->axes[i];
      if (declared.kind == ast::Subscript::Pack) {
        at += term->free.size() - fixed;
        continue;
      }
      Frame inner = frame;
      inner.scope = scope;
      inner.indices = nullptr;
      const Expr &sizeExpr = declared.rangeEnd ? *declared.rangeEnd : *declared.expr;
      Value size = eval(sizeExpr, inner);
      Axis &axis = axes[at++];
      if (size.kind != Value::Int || !(size.size == axis.size))
        fail("dim-mismatch", "the result's axis `" + axis.label + "` has size " + axis.size.str() + ", `" + std::string(sizeExpr.range.text()) + "` = " + size.size.str() + " is declared",
             range, "", {{range, axis.label + " = " + axis.size.str() + " (" + axis.origin.str() + ")"}, {declared.range, std::string(sizeExpr.range.text()) + " = " + size.size.str()}});
    }
  }
  Tensor tensor = TermEmitter(frame.emission->builder).materialize(term, axes, location(range, frame.emission));
  if (type && type->kind == ast::Type::Tensor)
    for (size_t i = 0, at = 0, fixed = std::count_if(type->axes.begin(), type->axes.end(), [](auto &a) { return a.kind != ast::Subscript::Pack; }); i < type->axes.size(); ++i) {
      auto &declared = type->axes[i];
      if (declared.kind == ast::Subscript::Pack)
        at += tensor.axes.size() - fixed;
      else
        tensor.axes[at++].label = declared.expr->kind == Expr::Name ? declared.expr->text : std::string(declared.expr->range.text());
    }
  for (auto &axis : tensor.axes) {
    if (auto renamed = renames.find(axis.label); renamed != renames.end())
      axis.label = renamed->second;
    else if (const Value *named = scope->find(axis.label); named && named->kind == Value::Int && !named->label.empty())
      axis.label = named->label;
  }
  return tensor;
}

Value Elaborator::callFunction(const Function &function, const std::vector<std::string> &indices, std::vector<std::pair<std::string, Value>> arguments, const Expr &call,
                               const Frame &frame) {
  const ast::Item &item = *function.item;
  if (item.isExtern)
    fail("not-yet-supported", "`extern fn` parses, but is not supported yet", call.range);
  if (indices.size() != item.indices.size())
    fail("argument-count", "`" + item.name + "` is called with " + std::to_string(item.indices.size()) + " indices in square brackets", call.range,
         item.indices.empty() ? "" : "`" + item.name + "[" + item.indices[0] + "](..)`");
  auto scope = std::make_shared<Scope>(function.scope);
  std::map<std::string, std::string> renames;
  bool isIndexed = false;
  // An index parameter stands for the caller's index; it names the last axis of the arguments that declare it.
  for (auto &[name, value] : arguments)
    if (value.kind == Value::TensorTerm) {
      isIndexed = isIndexed || value.term->isIndexed;
      for (auto &index : indices) {
        auto &free = value.term->free;
        auto at = std::find_if(free.begin(), free.end(), [&](const Axis &a) { return a.label == index; });
        if (at == free.end() || at + 1 == free.end())
          continue;
        std::vector<Axis> order = free;
        std::rotate(order.begin() + (at - free.begin()), order.begin() + (at - free.begin()) + 1, order.end());
        value = Value::tensor(Term::read(TermEmitter(frame.emission->builder).materialize(value.term, order, location(call.range, frame.emission))));
      }
    }
  bindParameters(item.parameters, arguments, scope, call.range, item.name, frame, renames);
  Frame inner;
  inner.scope = scope;
  inner.emission = frame.emission;
  Value value;
  const diag::SourceRange &at = item.expr ? item.expr->range : item.range;
  if (item.expr)
    value = eval(*item.expr, inner);
  else
    value = runBody(item.body, inner);
  if (value.kind != Value::TensorTerm)
    return value;
  Tensor tensor = bindResult(item.type.get(), value, scope, at, inner, renames);
  TermPtr term = Term::read(tensor);
  term->range = call.range;
  term->isIndexed = isIndexed;
  return Value::tensor(term);
}

Value Elaborator::callNode(const NodePtr &node, const std::string &method, std::vector<std::pair<std::string, Value>> arguments, const Expr &call, const Frame &frame) {
  if (!frame.emission)
    fail("type-mismatch", "a model is applied in a `forward`, `fn` or `metric`", call.range);
  // Arguments become tensors here; the forward is elaborated for their types.
  std::vector<Value> values;
  llvm::SmallVector<mlir::Value> operands;
  for (auto &[name, value] : arguments) {
    if (!name.empty())
      fail("not-yet-supported", "arguments of a part are given by position", call.range);
    Tensor tensor = materialize(value, value.origin.range ? value.origin.range : call.range, frame);
    operands.push_back(tensor.value);
    Value v = Value::tensor(Term::read(tensor));
    v.origin = value.origin;
    values.push_back(v);
  }
  Forward f = forward(*node, method, values, call.range);
  auto symbol = mlir::FlatSymbolRefAttr::get(&context, f.symbol);
  mlir::SymbolRefAttr callee = frame.emission->self && node.get() == frame.emission->self ? mlir::SymbolRefAttr(symbol)
                                                                                          : mlir::SymbolRefAttr::get(&context, mlir::SymbolTable::getSymbolName(opOf(*node)).getValue(), {symbol});
  auto op = mlir::OperationState(location(call.range, frame.emission), "rx.apply");
  op.addOperands(operands);
  op.addTypes(f.type);
  op.addAttribute("callee", callee);
  mlir::Operation *applied = frame.emission->builder.create(op);
  TermPtr term = Term::read({applied->getResult(0), f.result, f.element});
  term->range = call.range;
  return Value::tensor(term);
}
