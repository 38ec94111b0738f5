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
  for (auto &item : instance.model->body) {
    switch (item->kind) {
    case Item::Param:
      for (auto &paramName : item->names) {
        Param param;
        param.name = paramName;
        param.range = item->range;
        param.initial = item->expr.get();
        if (item->type->kind != ast::Type::Tensor)
          fail("type-mismatch", "a parameter is a tensor", item->type->range);
        for (auto &axis : item->type->axes)
          param.axes.push_back(axisOf(axis, frame));
        node->params.push_back(param);
        Value marker;
        marker.kind = Value::Builtin;
        marker.text = "param:" + paramName;
        node->scope->names[paramName] = marker;
      }
      break;
    case Item::Part:
      if (item->text != "part")
        fail("not-yet-supported", "`" + item->text + "` parses, but is not supported yet", item->range);
      for (auto &partName : item->names) {
        if (!item->expr)
          fail("not-yet-supported", "a part without a value is an interface, which is not supported yet", item->range);
        NodePtr part = instantiate(eval(*item->expr, frame), partName, item->range);
        node->parts.push_back(part);
        node->scope->names[partName] = Value::model(part);
      }
      break;
    case Item::Equation:
      equation(*item, frame);
      break;
    case Item::Require: {
      Value holds = eval(*item->expr, frame);
      if (holds.kind == Value::Bool && !holds.number)
        fail("requirement", item->text.empty() ? "a requirement of `" + instance.model->name + "` does not hold" : item->text, item->range, "",
             {{item->range, "required here"}, {instance.range, "built here"}});
      break;
    }
    case Item::Tie: {
      auto path = [&](const Expr &e) { return std::string(e.range.text()); };
      node->ties.push_back({path(*item->targets[0]), path(*item->expr)});
      break;
    }
    case Item::Forward:
    case Item::Fn:
    case Item::Test:
      break;
    default:
      fail("misplaced", "this statement does not belong in a `model`", item->range);
    }
  }
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

