//===- Models.cpp - instances, stacks and loops, conversions -----*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

int64_t Param::elements() const {
  int64_t count = 1;
  for (auto &axis : axes)
    count *= axis.size.constant();
  return count;
}

NodePtr Node::part(const std::string &name) const {
  for (auto &part : parts)
    if (part->name == name)
      return part;
  return nullptr;
}

Param *Node::param(const std::string &name) {
  for (auto &param : params)
    if (param.name == name)
      return &param;
  return nullptr;
}

void Node::visit(const std::function<void(Node &)> &visitor) {
  if (kind == Model)
    visitor(*this);
  for (auto &part : parts)
    part->visit(visitor);
}

NodePtr Node::clone() const {
  auto copy = std::make_shared<Node>(*this);
  if (scope)
    copy->scope = std::make_shared<Scope>(*scope);
  for (auto &part : copy->parts) {
    part = part->clone();
    if (copy->scope)
      copy->scope->names[part->name] = Value::model(part);
  }
  return copy;
}

void Elaborator::setPaths(Node &node, const std::string &path) {
  node.path = path;
  for (auto &part : node.parts)
    setPaths(*part, node.kind == Node::Model ? (path.empty() ? part->name : path + "." + part->name) : path);
}

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
    return node;
  }
  fail("type-mismatch", "a part is a model, this is " + value.describe(), range);
}

//===----------------------------------------------------------------------===//
// Stacks and loops
//===----------------------------------------------------------------------===//

namespace {

struct Level {
  bool isStack;
  std::string index;
  int64_t trips;
};

/// One number per combination of trips, or the number itself if it is always the same.
Value mergeByDepth(const std::vector<Value> &values, const std::vector<Level> &levels) {
  bool equal = true, numbers = true, integers = true;
  for (auto &v : values) {
    numbers = numbers && v.isNumber();
    integers = integers && v.kind == Value::Int;
    equal = equal && v.kind == values[0].kind && v.text == values[0].text && v.node == values[0].node && v.number == values[0].number &&
            (v.kind != Value::Int || v.size == values[0].size) && v.depth == values[0].depth;
  }
  if (equal)
    return values[0];
  if (!numbers)
    return Value();
  Value merged;
  merged.kind = Value::Depth;
  merged.origin = values[0].origin;
  merged.depth = std::make_shared<DepthTable>();
  merged.depth->isInteger = integers;
  for (auto &level : levels) {
    merged.depth->per.push_back(level.index);
    merged.depth->trips.push_back(level.trips);
  }
  for (auto &v : values)
    merged.depth->values.push_back(v.asDouble());
  return merged;
}

/// What a layer of a new nest takes from the layers `from` of the stack it was cloned from.
void reindex(Node &element, const std::vector<int64_t> &from, const std::vector<Level> &levels, int64_t layersPerLoop) {
  element.visit([&](Node &node) {
    for (auto &[name, value] : node.scope->names)
      if (value.kind == Value::Depth) {
        std::vector<Value> taken;
        for (int64_t layer : from)
          taken.push_back(value.depth->isInteger ? Value::of(int64_t(value.depth->values[layer])) : Value::real(value.depth->values[layer]));
        Origin origin = value.origin;
        value = mergeByDepth(taken, levels);
        value.origin = origin;
      }
    for (auto &param : node.params) {
      std::vector<std::string> buffers;
      bool sameInEveryLoop = true;
      for (size_t i = 0; i < from.size() && !param.buffers.empty(); ++i) {
        if (int64_t(i) < layersPerLoop)
          buffers.push_back(param.buffers[from[i]]);
        else
          sameInEveryLoop = sameInEveryLoop && buffers[i % layersPerLoop] == param.buffers[from[i]];
      }
      param.buffers = sameInEveryLoop ? buffers : std::vector<std::string>(); // otherwise `init` says which
      param.per.clear();
      param.trips.clear();
    }
  });
}

} // namespace

Value Elaborator::evalNest(const Expr &expr, const Frame &frame) {
  std::vector<Level> levels;
  const Expr *element = &expr;
  Frame outer = frame;
  while (element->kind == Expr::Stack || element->kind == Expr::Loop) {
    Value trips = eval(*element->children[0], outer);
    if (!trips.isConstantInt() || trips.size.constant() < 1)
      fail("type-mismatch", "the number of trips is an integer of at least 1, this is " + (trips.isConstantInt() ? trips.size.str() : trips.describe()), element->children[0]->range);
    levels.push_back({element->kind == Expr::Stack, element->text, trips.size.constant()});
    element = element->children[1].get();
  }
  int64_t total = 1, layersPerLoop = 1;
  for (auto &level : levels) {
    total *= level.trips;
    if (level.isStack)
      layersPerLoop *= level.trips;
  }
  std::vector<Value> values;
  for (int64_t i = 0; i < total; ++i) {
    Frame inner = frame;
    inner.scope = std::make_shared<Scope>(frame.scope);
    int64_t rest = i;
    for (size_t l = levels.size(); l-- > 0; rest /= levels[l].trips)
      inner.scope->names[levels[l].index] = Value::of(rest % levels[l].trips);
    values.push_back(eval(*element, inner));
  }
  NodePtr node;
  if (values[0].kind == Value::InstanceOf) {
    Instance merged = *values[0].instance;
    for (size_t a = 0; a < merged.arguments.size(); ++a) {
      std::vector<Value> each;
      for (auto &value : values) {
        if (value.kind != Value::InstanceOf || value.instance->model != merged.model)
          fail("type-mismatch", "the layers of a stack are of one model class", element->range);
        each.push_back(value.instance->arguments[a].second);
      }
      Value v = mergeByDepth(each, levels);
      if (v.kind == Value::Nothing)
        fail("type-mismatch", "this argument differs by depth and is no number", element->range, "only numbers may differ from layer to layer");
      merged.arguments[a].second = v;
    }
    node = build(merged, "layer");
  } else if (values[0].kind == Value::Layer) {
    std::vector<int64_t> from;
    for (auto &value : values) {
      if (value.kind != Value::Layer || value.layer.stack != values[0].layer.stack)
        fail("type-mismatch", "the layers of a stack come from one stack", element->range);
      from.push_back(value.layer.trips[0]);
    }
    auto source = values[0].layer.stack;
    while (source->parts.front()->kind != Node::Model)
      source = source->parts.front();
    node = source->parts.front()->clone();
    reindex(*node, from, levels, layersPerLoop);
  } else
    fail("type-mismatch", "a layer is a model, this is " + values[0].describe(), element->range);
  // From the innermost level outwards: a stack gives every parameter below it an axis, a loop gives none.
  for (size_t l = levels.size(); l-- > 0;) {
    if (levels[l].isStack)
      node->visit([&](Node &model) {
        for (auto &param : model.params) {
          param.per.insert(param.per.begin(), levels[l].index);
          param.trips.insert(param.trips.begin(), levels[l].trips);
        }
      });
    auto wrapper = std::make_shared<Node>();
    wrapper->kind = levels[l].isStack ? Node::Stack : Node::Loop;
    wrapper->index = levels[l].index;
    wrapper->trips = levels[l].trips;
    wrapper->range = expr.range;
    if (l + 1 < levels.size())
      node->name = "inner";
    wrapper->parts = {node};
    node = wrapper;
  }
  Value v = Value::model(node);
  v.origin = {expr.range, ""};
  return v;
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

namespace {

/// Aliases the parameters of layer `to` of `target` to those of layer `from` of `source`, leaf by leaf.
void aliasLayer(Node &target, int64_t to, int64_t layers, Node &source, int64_t from) {
  for (auto &param : target.params) {
    Param *origin = source.param(param.name);
    param.buffers.resize(layers);
    if (origin && from < int64_t(origin->buffers.size()))
      param.buffers[to] = origin->buffers[from];
  }
  for (size_t i = 0; i < target.parts.size(); ++i)
    aliasLayer(*target.parts[i]->element(), to, layers, *source.parts[i]->element(), from);
}

} // namespace

Value Elaborator::convert(const Function &function, const std::vector<std::pair<std::string, Value>> &arguments, const Expr &call) {
  const Item &item = *function.item;
  auto scope = std::make_shared<Scope>(function.scope);
  std::map<std::string, std::string> renames;
  Frame inner;
  inner.scope = scope;
  bindParameters(item.parameters, arguments, scope, call.range, item.name, inner, renames);
  const Value *sourceValue = item.parameters.empty() ? nullptr : scope->find(item.parameters[0].name);
  if (!sourceValue || sourceValue->kind != Value::Model)
    fail("type-mismatch", "the first argument of `" + item.name + "` is the model to convert", call.range);
  if (item.value)
    fail("not-yet-supported", "`convert .. amends ..` is not supported yet", item.value->range);
  NodePtr source = sourceValue->node;
  NodePtr result = source->clone();
  result->name.clear();
  std::map<std::string, const Item *> handled;
  auto partOf = [&](const Expr &path) {
    std::string name = path.kind == Expr::Subscripted ? path.children[0]->text : path.text;
    if (!source->part(name)) {
      std::vector<std::string> names;
      for (auto &part : source->parts)
        names.push_back(part->name);
      std::string nearest = diag::nearestName(name, names);
      fail("unknown-name", source->decl->name + " has no part `" + name + "`", path.range, nearest.empty() ? "" : "did you mean `" + nearest + "`?");
    }
    return name;
  };
  auto handle = [&](const std::string &name, const Item &by) {
    if (handled.count(name))
      fail("duplicate-name", "`" + name + "` is kept, replaced or dropped twice", by.range, "", {{by.range, ""}, {handled[name]->range, "before"}});
    handled[name] = &by;
  };
  for (auto &statement : item.body) {
    switch (statement->kind) {
    case Item::Equation:
      equation(*statement, inner);
      break;
    case Item::Require: {
      Value holds = eval(*statement->expr, inner);
      if (holds.kind != Value::Bool || !holds.number) {
        diag::Diagnostic d{"requirement", statement->text.empty() ? "a requirement of `" + item.name + "` does not hold" : statement->text, statement->range, {}, {}, ""};
        d.labels.push_back({statement->range, ""});
        for (auto &parameter : item.parameters)
          if (const Value *v = scope->find(parameter.name); v && v->isConstantInt())
            d.notes.push_back(parameter.name + " = " + v->size.str() + (v->origin.str().empty() ? "" : " (" + v->origin.str() + ")"));
        fail(std::move(d));
      }
      break;
    }
    case Item::Paths:
      for (auto &target : statement->targets) {
        std::string name = partOf(*target);
        handle(name, *statement);
        if (statement->text == "drop")
          fail("not-yet-supported", "`drop` is not supported yet", statement->range);
      }
      break;
    case Item::Replace: {
      std::string name = partOf(*statement->targets[0]);
      if (statement->text == "replace") {
        handle(name, *statement);
        NodePtr part = instantiate(eval(*statement->expr, inner), name, statement->range);
        if (part->element()->decl != source->part(name)->element()->decl)
          fail("convert-interface", "`" + name + "` is replaced by another class", statement->range, "a replacement must accept what `" + name + "` accepted",
               {{statement->range, part->element()->decl->name}, {source->part(name)->range, source->part(name)->element()->decl->name}});
        for (auto &old : result->parts)
          if (old->name == name)
            old = part;
        result->scope->names[name] = Value::model(part);
        break;
      }
      const Expr &target = *statement->targets[0];
      NodePtr part = result->part(name);
      if (part->kind == Node::Model || target.kind != Expr::Subscripted || target.subscripts.size() != 1 || target.subscripts[0].expr->kind != Expr::Name)
        fail("not-yet-supported", "only `init layers[k] = ..` of a stack is supported yet", statement->range);
      int64_t layers = 1;
      for (Node *n = part.get(); n->kind != Node::Model; n = n->parts.front().get())
        layers *= n->kind == Node::Stack ? n->trips : 1;
      for (int64_t k = 0; k < layers; ++k) {
        Frame each = inner;
        each.scope = std::make_shared<Scope>(scope);
        each.scope->names[target.subscripts[0].expr->text] = Value::of(k);
        Value layer = eval(*statement->expr, each);
        if (layer.kind != Value::Layer)
          fail("not-yet-supported", "only a layer of a model can initialise a layer yet, this is " + layer.describe(), statement->expr->range);
        aliasLayer(*part->element(), k, layers, *layer.layer.stack->element(), layer.layer.trips[0]);
      }
      break;
    }
    case Item::Fn:
      break;
    case Item::Relax:
      fail("not-yet-supported", "`relax` parses, but is not supported yet", statement->range);
    default:
      fail("misplaced", "this statement does not belong in a `convert`", statement->range);
    }
  }
  for (auto &part : source->parts)
    if (!handled.count(part->name))
      fail("convert-total", "the conversion forgets `" + part->name + "` of " + source->decl->name, item.nameRange ? item.nameRange : item.range,
           "add `keep " + part->name + "`, `replace " + part->name + " = ..` or `drop " + part->name + "`", {{item.nameRange ? item.nameRange : item.range, ""}, {part->range, "declared here"}});
  setPaths(*result, "");
  result->visit([&](Node &node) {
    for (auto &param : node.params)
      if (std::find(param.buffers.begin(), param.buffers.end(), "") != param.buffers.end() || param.buffers.empty())
        fail("convert-total", "nothing says what `" + (node.path.empty() ? "" : node.path + ".") + param.name + "` starts from", call.range,
             "its layers differ from loop to loop: add `init layers[k] = ..`");
  });
  Value v = Value::model(result);
  v.origin = {call.range, ""};
  return v;
}
