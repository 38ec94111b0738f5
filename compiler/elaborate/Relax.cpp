//===- Relax.cpp - what each depth gets of its own ---------------*- C++ -*-===//
//
// `relax every Linear in layers per l with Lora(r) from svd(source.w - shared.w)` wraps every linear map of
// the shared layers in a Lora whose parameters have the depth as an axis (Bae et al., 2025, section 3).
// `with own w` gives a parameter that axis itself. Both begin with what the source had at that depth.
//
//===----------------------------------------------------------------------===//
#include "compiler/elaborate/Conversion.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

/// What one `relax` does at every part of its class.
struct Conversion::Leaf {
  const Item &statement;
  std::vector<Level> levels, sourceLevels;
  std::vector<std::string> per; // the indices of `levels`
  std::vector<int64_t> trips;
  int64_t depths = 0;
  int64_t found = 0;
};

void Conversion::relax(const Item &statement) {
  const Expr &where = *statement.targets[0];
  if (where.kind != Expr::Name)
    e.fail("not-yet-supported", "`relax .. in` takes the name of a part", where.range);
  NodePtr part = result->part(partNamed(where, *result)), origin = source->part(partNamed(where, *source));
  Leaf leaf{statement, part->levels(), origin->levels(), {}, {}, part->depths()};
  for (auto &level : leaf.levels) {
    leaf.per.push_back(level.index);
    leaf.trips.push_back(level.trips);
  }
  if (origin->depths() != leaf.depths)
    e.fail("convert-interface", "`" + part->name + "` has " + std::to_string(leaf.depths) + " depths, that of the source " + std::to_string(origin->depths()), where.range,
           "a relaxed model is as deep as its source");
  for (auto &slot : result->parts)
    if (slot == part)
      relaxPart(slot, origin, leaf);
  result->scope->names[part->name] = Value::model(result->part(part->name));
  if (leaf.found)
    return;
  std::set<std::string> classes;
  part->visit([&](Node &node) { classes.insert(node.decl->name); });
  std::vector<std::string> names(classes.begin(), classes.end());
  std::string meant = diag::didYouMean(statement.name, names);
  e.fail("unknown-name", "`" + part->name + "` has no part of class `" + statement.name + "`", statement.range, meant.empty() ? "its parts are of `" + joined(names, "`, `") + "`" : meant);
}

/// The layer itself may be of the class, and what it consists of: from the leaves up.
void Conversion::relaxPart(NodePtr &part, const NodePtr &origin, Leaf &leaf) {
  if (part->kind != Node::Model)
    return relaxPart(part->parts.front(), origin, leaf);
  Node &source = *origin->element();
  for (auto &below : part->parts)
    if (NodePtr same = source.part(below->name)) { // else a correction that an earlier `relax` added
      relaxPart(below, same, leaf);
      part->scope->names[below->name] = Value::model(below);
    }
  if (part->decl->name != leaf.statement.name)
    return;
  ++leaf.found;
  if (!leaf.statement.names.empty())
    giveOwn(*part, source, leaf);
  else
    part = withCorrection(part, source, leaf);
}

void Conversion::giveOwn(Node &shared, Node &origin, const Leaf &leaf) {
  for (auto &name : leaf.statement.names) {
    Param *param = shared.param(name), *from = origin.param(name);
    if (!param || !from) {
      std::vector<std::string> names;
      for (auto &known : shared.params)
        names.push_back(known.name);
      std::string meant = diag::didYouMean(name, names);
      e.fail("unknown-name", shared.decl->name + " has no parameter `" + name + "`", leaf.statement.range, meant.empty() ? "it has `" + joined(names, "`, `") + "`" : meant);
    }
    param->per = leaf.per;
    param->trips = leaf.trips;
    param->buffers.clear();
    for (int64_t depth = 0; depth < leaf.depths; ++depth)
      param->buffers.push_back(bufferAt(leaf.sourceLevels, *from, depth));
  }
}

/// The part that computes what `shared` did plus what is the depth's own: `with Lora(r)` is Lora(shared, r).
NodePtr Conversion::withCorrection(const NodePtr &shared, Node &origin, const Leaf &leaf) {
  Value value = e.eval(*leaf.statement.expr, frame());
  if (value.kind != Value::InstanceOf)
    e.fail("type-mismatch", "`relax .. with` takes a model class, this is " + value.describe(), leaf.statement.expr->range, "`with Lora(rank)`");
  Instance instance = *value.instance;
  instance.arguments.insert(instance.arguments.begin(), {"", Value::model(shared)});
  NodePtr correction = e.build(instance, shared->name);
  bool holdsShared = std::any_of(correction->parts.begin(), correction->parts.end(), [&](const NodePtr &part) { return part->decl == shared->decl; });
  if (!holdsShared)
    e.fail("convert-interface", "`" + instance.model->name + "` does not keep the part it relaxes", leaf.statement.expr->range,
           "its first parameter is that part: give it `part base = ..`");
  for (auto &param : correction->params)
    correct(*correction, param, *shared, origin, leaf);
  return correction;
}

/// One buffer per depth for a parameter of the correction; `source` and `shared` are the parts at that depth.
void Conversion::correct(Node &correction, Param &param, Node &shared, Node &origin, const Leaf &leaf) {
  if (!param.initial)
    e.fail("convert-total", "`" + correction.decl->name + "." + param.name + "` has no initial value", param.range, "give it one: `param " + param.name + ": .. = 0`");
  std::vector<std::vector<Axis>> axes;
  for (Node *node : {&origin, &shared})
    for (auto &read : node->params)
      axes.push_back(read.axes);
  auto record = [&](Node &node, const Tensor *first) {
    Value v;
    v.kind = Value::Record;
    v.fields = std::make_shared<Fields>();
    for (auto &read : node.params)
      v.fields->all.push_back({read.name, Value::tensor(Term::read(*first++))});
    return v;
  };
  auto bindFrom = [&](Scope &inner, const Frame &outer, const std::vector<Tensor> &tensors) {
    if (!leaf.statement.value)
      return;
    Frame from = outer;
    from.scope = std::make_shared<Scope>(scope);
    from.scope->names["source"] = record(origin, tensors.data());
    from.scope->names["shared"] = record(shared, tensors.data() + origin.params.size());
    inner.names["from"] = e.eval(*leaf.statement.value, from);
  };
  param.per = leaf.per;
  param.trips = leaf.trips;
  Elaborator::InitialFunction function;
  bool drawsInitially = !leaf.statement.value; // then each depth draws its own
  for (int64_t depth = 0; depth < leaf.depths; ++depth) {
    std::vector<std::string> inputs;
    for (auto &read : origin.params)
      inputs.push_back(bufferAt(leaf.sourceLevels, read, depth));
    for (auto &read : shared.params)
      inputs.push_back(bufferAt(leaf.levels, read, depth));
    if (depth == 0 || drawsInitially)
      function = e.declaredInitial(correction, param, correction.decl->name + "_" + param.name, Draw{correction.decl->name + "." + param.name, 0, depth}, axes, bindFrom);
    param.buffers.push_back(e.computedBuffer(function, inputs, param.axes, leaf.statement.range));
  }
}
