//===- Convert.cpp - models made from models ---------------------*- C++ -*-===//
//
// A conversion begins as a copy of its source that shares every buffer. Its statements say what becomes of
// each part; no statement copies a weight. The check at the end is total: no part is forgotten, no parameter
// is left without a value.
//
//===----------------------------------------------------------------------===//
#include "compiler/elaborate/Conversion.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

Value Elaborator::convert(const Function &function, const std::vector<std::pair<std::string, Value>> &arguments, const Expr &call) {
  return Conversion(*this, function, call).run(arguments);
}

Value Conversion::run(const std::vector<std::pair<std::string, Value>> &arguments) {
  try {
    return apply(arguments);
  } catch (Error &error) {
    pointToCall(error.diagnostic);
    throw;
  }
}

/// What is wrong in a conversion of another file has its cause where it was applied to this source.
void Conversion::pointToCall(diag::Diagnostic &diagnostic) const {
  auto isInFileOfCall = [&](const diag::SourceRange &range) { return range.source == call.range.source; };
  bool isTold = isInFileOfCall(diagnostic.at) || std::any_of(diagnostic.labels.begin(), diagnostic.labels.end(), [&](const diag::Label &label) { return isInFileOfCall(label.range); });
  if (isTold)
    return;
  if (diagnostic.labels.empty())
    diagnostic.label(diagnostic.at, "");
  diagnostic.label(call.range, "converted here");
}

Value Conversion::apply(const std::vector<std::pair<std::string, Value>> &arguments) {
  std::map<std::string, std::string> renames;
  e.bindParameters(item.parameters, arguments, scope, call.range, item.name, frame(), renames);
  if (!item.parameters.empty())
    nameInstance(scope->names[item.parameters[0].name]);
  const Value *first = item.parameters.empty() ? nullptr : scope->find(item.parameters[0].name);
  if (!first || first->kind != Value::Model)
    e.fail("type-mismatch", "the first argument of `" + item.name + "` is the model to convert", call.range);
  source = first->node;
  if (item.value)
    amend(*item.value);
  else
    result = source->clone();
  result->name.clear();
  for (auto &statement : item.body)
    run(*statement);
  checkTotal();
  result->setPaths("");
  checkInitialised();
  Value v = Value::model(result);
  v.origin = {call.range, ""};
  return v;
}

/// `Tied(Deep(8, 4), 2)`: a source that has no name yet.
void Conversion::nameInstance(Value &value) {
  if (value.kind != Value::InstanceOf)
    return;
  value = Value::model(e.instantiate(value, item.parameters[0].name, call.range));
  e.initialiseFresh(*value.node);
}

void Conversion::run(const Item &statement) {
  switch (statement.kind) {
  case Item::Equation:
    return e.equation(statement, frame());
  case Item::Require:
    return e.require(statement, frame(), " of `" + item.name + "`", {{statement.range, ""}, {call.range, "converted here"}});
  case Item::Paths:
    return keepOrDrop(statement);
  case Item::Replace:
    return statement.text == "replace" ? replace(statement) : initialise(statement);
  case Item::Relax:
    return relax(statement);
  case Item::Fn:
  case Item::Forward:
    result->methods[statement.kind == Item::Fn ? statement.name : "forward"] = {&statement, scope};
    return;
  default:
    e.failMisplaced(statement, "in a `convert`");
  }
}

/// The conversion that this one amends has said what becomes of every part.
void Conversion::amend(const Expr &base) {
  Value value = e.eval(base, frame());
  if (value.kind != Value::Model)
    e.fail("type-mismatch", "a `convert` amends a conversion, this is " + value.describe(), base.range);
  result = value.node->clone();
  amends = true;
}

std::string Conversion::partNamed(const Expr &path, const Node &of) {
  std::string name = path.kind == Expr::Subscripted ? path.children[0]->text : path.text;
  if (of.part(name))
    return name;
  std::vector<std::string> names;
  for (auto &part : of.parts)
    names.push_back(part->name);
  std::string meant = diag::didYouMean(name, names);
  e.fail("unknown-name", of.decl->name + " has no part `" + name + "`", path.range, meant.empty() ? "it has `" + joined(names, "`, `") + "`" : meant);
}

void Conversion::handle(const std::string &name, const Item &by) {
  auto [known, isNew] = handled.try_emplace(name, &by);
  if (!isNew)
    e.fail("duplicate-name", "`" + name + "` is kept, replaced or dropped twice", by.range, "", {{by.range, ""}, {known->second->range, "before"}});
}

void Conversion::keepOrDrop(const Item &statement) {
  if (statement.text == "freeze")
    e.fail("not-yet-supported", "`freeze` parses, but is not supported in a `convert` yet", statement.range);
  for (auto &target : statement.targets) {
    std::string name = partNamed(*target, *source);
    handle(name, statement);
    if (statement.text == "drop") {
      std::erase_if(result->parts, [&](const NodePtr &part) { return part->name == name; });
      result->scope->names.erase(name);
    }
  }
}

void Conversion::replace(const Item &statement) {
  std::string name = partNamed(*statement.targets[0], *source);
  handle(name, statement);
  NodePtr part = e.instantiate(e.eval(*statement.expr, frame()), name, statement.range);
  NodePtr old = source->part(name);
  if (part->element()->decl != old->element()->decl)
    e.fail("convert-interface", "`" + name + "` is replaced by another class", statement.range, "a replacement must accept what `" + name + "` accepted",
           {{statement.range, part->element()->decl->name}, {old->range, old->element()->decl->name}});
  for (auto &existing : result->parts)
    if (existing->name == name)
      existing = part;
  result->scope->names[name] = Value::model(part);
}

/// `init layers[k] = ..`: k counts the layers that have weights of their own.
void Conversion::initialise(const Item &statement) {
  const Expr &target = *statement.targets[0];
  NodePtr part = result->part(partNamed(target, *result));
  bool indexed = target.kind == Expr::Subscripted && target.subscripts.size() == 1 && target.subscripts[0].expr && target.subscripts[0].expr->kind == Expr::Name;
  if (indexed != (part->kind != Node::Model))
    e.fail("type-mismatch", indexed ? "`" + part->name + "` is one layer" : "`" + part->name + "` has several layers", target.range,
           indexed ? "`init " + part->name + " = ..`" : "`init " + part->name + "[k] = ..` says what each starts from");
  int64_t layers = ownLayers(part->levels());
  for (int64_t k = 0; k < layers; ++k) {
    Frame each = frame();
    each.scope = std::make_shared<Scope>(scope);
    if (indexed)
      each.scope->names[target.subscripts[0].expr->text] = Value::of(k);
    Value layer = e.eval(*statement.expr, each);
    if (layer.kind == Value::Model)
      layer.layers = {{layer.node, 0}}, layer.kind = Value::Layer;
    bool fresh = layer.kind == Value::Builtin && layer.text == "fresh";
    if (layer.kind != Value::Layer && !fresh)
      e.fail("type-mismatch", "a layer starts from a layer, the mean of layers or `fresh()`, this is " + layer.describe(), statement.expr->range);
    std::vector<Node *> from;
    for (auto &reference : layer.layers)
      from.push_back(reference.nest->element());
    initialiseLayer(*part->element(), k, layers, layer, from, statement.expr->range);
  }
}

/// Binds entry `to` of the parameters of `target` to those of the layers `from`, leaf by leaf.
void Conversion::initialiseLayer(Node &target, int64_t to, int64_t layers, const Value &value, const std::vector<Node *> &from, const diag::SourceRange &range) {
  for (auto &param : target.params) {
    param.buffers.resize(layers);
    if (value.kind == Value::Builtin) {
      param.buffers[to] = e.freshBuffer(target, param, target.path.empty() ? target.name : target.path, to, value.size.constant());
      continue;
    }
    std::vector<std::string> buffers;
    for (size_t i = 0; i < from.size(); ++i)
      if (Param *origin = from[i]->param(param.name))
        buffers.push_back(bufferAt(value.layers[i].nest->levels(), *origin, value.layers[i].depth));
    if (buffers.size() == from.size())
      param.buffers[to] = e.combinedBuffer(value.text, buffers, param, range);
  }
  for (auto &part : target.parts) {
    std::vector<Node *> below;
    for (Node *node : from)
      if (NodePtr same = node->part(part->name))
        below.push_back(same->element());
    if (below.size() != from.size())
      e.fail("convert-interface", "the layer to start from has no part `" + part->name + "`", range, "", {{range, ""}, {part->range, "declared here"}});
    initialiseLayer(*part->element(), to, layers, value, below, range);
  }
}

void Conversion::checkTotal() {
  if (amends)
    return;
  diag::SourceRange at = item.nameRange ? item.nameRange : item.range;
  for (auto &part : source->parts)
    if (!handled.count(part->name))
      e.fail("convert-total", "the conversion forgets `" + part->name + "` of " + source->decl->name, at,
             "add `keep " + part->name + "`, `replace " + part->name + " = ..` or `drop " + part->name + "`", {{at, ""}, {part->range, "declared here"}});
}

void Conversion::checkInitialised() {
  result->visit([&](Node &node) {
    for (auto &param : node.params)
      if (param.buffers.empty() || std::find(param.buffers.begin(), param.buffers.end(), "") != param.buffers.end())
        e.fail("convert-total", "nothing says what `" + node.pathOf(param) + "` starts from", call.range,
               "its layers differ from loop to loop: add `init layers[k] = ..`");
  });
}
