//===- Models.cpp - instances, stacks and loops, conversions -----*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

//===----------------------------------------------------------------------===//
// Instances
//===----------------------------------------------------------------------===//

Axis Elaborator::axisOf(const ast::Subscript &subscript, const Frame &frame) {
  const Expr &sizeExpr = subscript.rangeEnd ? *subscript.rangeEnd : *subscript.expr;
  Value size = eval(sizeExpr, frame);
  if (size.kind != Value::Int)
    fail("type-mismatch", "the size of an axis is an integer, this is " + size.describe(), subscript.range);
  std::string label = subscript.expr->kind == Expr::Name ? subscript.expr->text : std::string(subscript.expr->range.text());
  return {label, size.size, size.origin.range ? size.origin : Origin{subscript.range, ""}};
}

void Elaborator::addParams(Node &node, const Item &item, const Frame &frame) {
  if (item.type->kind != ast::Type::Tensor)
    fail("type-mismatch", "a parameter is a tensor", item.type->range, "`param " + item.names[0] + ": f32[d]`");
  for (auto &name : item.names) {
    Param param;
    param.name = name;
    param.range = item.range;
    param.initial = item.expr.get();
    for (auto &axis : item.type->axes)
      param.axes.push_back(axisOf(axis, frame));
    node.params.push_back(param);
    Value marker;
    marker.kind = Value::Builtin;
    marker.text = "param:" + name;
    node.scope->names[name] = marker;
  }
}

void Elaborator::addParts(Node &node, const Item &item, const Frame &frame) {
  if (item.text != "part")
    fail("not-yet-supported", "`" + item.text + "` parses, but is not supported yet", item.range);
  if (!item.expr)
    fail("not-yet-supported", "a part without a value is an interface, which is not supported yet", item.range);
  for (auto &name : item.names) {
    NodePtr part = instantiate(eval(*item.expr, frame), name, item.range);
    node.parts.push_back(part);
    node.scope->names[name] = Value::model(part);
    for (auto &[from, to] : part->element()->ties) // a model's buffers are bound from its root
      node.ties.push_back({name + "." + from, name + "." + to});
  }
}

/// A tie is between two parameters below the model, of one shape and with as many entries.
void Elaborator::addTie(Node &node, const Item &item) {
  const Expr *sides[] = {item.targets[0].get(), item.expr.get()};
  Param *params[2];
  for (int side = 0; side < 2; ++side) {
    std::string path(sides[side]->range.text());
    params[side] = node.paramAt(path);
    if (params[side])
      continue;
    std::vector<std::string> known;
    node.visit([&](Node &below) {
      for (auto &param : below.params)
        known.push_back(&below == &node ? param.name : below.name + "." + param.name);
    });
    fail("unknown-name", "`" + path + "` is no parameter of `" + node.decl->name + "`", sides[side]->range, diag::didYouMean(path, known));
  }
  const std::vector<Axis> &to = params[0]->axes, &from = params[1]->axes;
  bool same = to.size() == from.size() && params[0]->trips == params[1]->trips;
  for (size_t i = 0; same && i < to.size(); ++i)
    same = !differ(to[i].size, from[i].size, item.range);
  if (!same)
    fail("dim-mismatch", "two tied parameters have one shape", item.range, "", {{sides[0]->range, sizesWithOrigins(to)}, {sides[1]->range, sizesWithOrigins(from)}});
  node.ties.push_back({std::string(sides[0]->range.text()), std::string(sides[1]->range.text())});
}

void Elaborator::addMember(Node &node, const Item &item, const Frame &frame) {
  switch (item.kind) {
  case Item::Param:
    return addParams(node, item, frame);
  case Item::Part:
    return addParts(node, item, frame);
  case Item::Equation:
    return equation(item, frame);
  case Item::Require:
    return require(item, frame, " of `" + node.decl->name + "`", {{item.range, "required here"}, {node.range, "built here"}});
  case Item::Tie:
    return addTie(node, item);
  case Item::Forward:
  case Item::Fn:
  case Item::Test:
    return;
  default:
    failMisplaced(item, "in a `model`");
  }
}

NodePtr Elaborator::build(const Instance &instance, const std::string &name) {
  auto node = std::make_shared<Node>();
  node->name = name;
  node->decl = instance.model;
  node->range = instance.range;
  node->scope = std::make_shared<Scope>(instance.scope);
  Frame frame;
  frame.scope = node->scope;
  std::map<std::string, std::string> renames;
  bindParameters(instance.model->parameters, instance.arguments, node->scope, instance.range, instance.model->name, frame, renames);
  for (auto &item : instance.model->body)
    addMember(*node, *item, frame);
  return node;
}

NodePtr Elaborator::instantiate(const Value &value, const std::string &name, const diag::SourceRange &range) {
  if (value.kind == Value::InstanceOf)
    return build(*value.instance, name);
  if (value.kind == Value::Model) {
    NodePtr node = value.node;
    if (node->name.empty()) { // fresh from a nest
      node->name = name;
      return node;
    }
    node = node->clone();
    node->name = name;
    for (auto &[size, value] : node->element()->scope->names)
      if (value.kind == Value::Int)
        value.label.clear(); // where it was built, its sizes had names that mean nothing here
    return node;
  }
  fail("type-mismatch", "a part is a model, this is " + value.describe(), range);
}

