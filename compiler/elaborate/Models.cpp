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
  }
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
    node.ties.push_back({std::string(item.targets[0]->range.text()), std::string(item.expr->range.text())});
    return;
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

