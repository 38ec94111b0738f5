//===- Nests.cpp - stacks and loops of layers ---------------------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;

namespace {

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

/// Which of the layers with weights of their own runs at a depth.
int64_t layerAt(const std::vector<Level> &levels, int64_t depth) {
  int64_t layer = 0, stride = 1;
  for (size_t l = levels.size(); l-- > 0; depth /= levels[l].trips)
    if (levels[l].isStack) {
      layer += depth % levels[l].trips * stride;
      stride *= levels[l].trips;
    }
  return layer;
}

/// What a layer of a new nest takes from the layers `from` of the nest it was cloned from.
void reindex(Node &element, const std::vector<Level> &sourceLevels, const std::vector<int64_t> &from, const std::vector<Level> &levels) {
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
      std::vector<std::string> buffers(ownLayers(levels));
      bool sameInEveryLoop = !param.buffers.empty();
      for (size_t i = 0; i < from.size() && sameInEveryLoop; ++i) {
        const std::string &buffer = bufferAt(sourceLevels, param, from[i]);
        std::string &entry = buffers[layerAt(levels, i)];
        sameInEveryLoop = entry.empty() || entry == buffer;
        entry = buffer;
      }
      param.buffers = sameInEveryLoop ? buffers : std::vector<std::string>(); // otherwise `init` says which
      param.per.clear();
      param.trips.clear();
    }
  });
}

/// The layers that the values of a nest's body name, all of one nest.
std::vector<int64_t> depthsOf(const std::vector<Value> &values) {
  std::vector<int64_t> depths;
  for (auto &value : values)
    if (value.kind == Value::Layer && value.layers.size() == 1 && value.layers[0].nest == values[0].layers[0].nest)
      depths.push_back(value.layers[0].depth);
  return depths;
}

/// From the innermost loop outwards: a stack gives every parameter below it an axis, a loop gives none.
NodePtr wrap(NodePtr node, const std::vector<Level> &levels, const diag::SourceRange &range) {
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
    wrapper->isAnyNumber = levels[l].isAnyNumber;
    wrapper->range = range;
    if (l + 1 < levels.size())
      node->name = "inner";
    wrapper->parts = {node};
    node = wrapper;
  }
  return node;
}

/// Whether a stack or loop below `node` counts with this index.
bool countsBelow(const Node &node, const std::string &index) {
  if (node.kind != Node::Model && node.index == index)
    return true;
  return std::any_of(node.parts.begin(), node.parts.end(), [&](const NodePtr &part) { return countsBelow(*part, index); });
}

} // namespace

/// One instance for all layers; arguments that differ from layer to layer become depth data.
NodePtr Elaborator::mergeInstances(const std::vector<Value> &values, const std::vector<Level> &levels, const diag::SourceRange &range) {
  Instance merged = *values[0].instance;
  for (size_t a = 0; a < merged.arguments.size(); ++a) {
    std::vector<Value> each;
    for (auto &value : values) {
      if (value.kind != Value::InstanceOf || value.instance->model != merged.model)
        fail("type-mismatch", "the layers of a stack are of one model class", range);
      each.push_back(value.instance->arguments[a].second);
    }
    Value v = mergeByDepth(each, levels);
    if (v.kind == Value::Nothing)
      fail("type-mismatch", "this argument differs by depth and is no number", range, "only numbers may differ from layer to layer");
    merged.arguments[a].second = v;
  }
  return build(merged, "layer");
}

/// `stack l in n`; a number of trips that is a symbol is one trip whose index is a symbol.
Level Elaborator::evalLevel(const Expr &expr, const Frame &frame) {
  const Expr &count = *expr.children[0];
  Value trips = eval(count, frame);
  bool isStack = expr.kind == Expr::Stack;
  if (symbols && trips.kind == Value::Int && !trips.size.isConstant())
    return {isStack, expr.text, 1, true};
  if (!trips.isConstantInt() || trips.size.constant() < 1)
    fail("type-mismatch", "the number of trips is an integer of at least 1, this is " + (trips.isConstantInt() ? trips.size.str() : trips.describe()), count.range);
  return {isStack, expr.text, trips.size.constant()};
}

Value Elaborator::evalNest(const Expr &expr, const Frame &frame) {
  std::vector<Level> levels;
  const Expr *element = &expr;
  while (element->kind == Expr::Stack || element->kind == Expr::Loop) {
    levels.push_back(evalLevel(*element, frame));
    element = element->children[1].get();
  }
  int64_t total = 1;
  for (auto &level : levels)
    total *= level.trips;
  std::vector<Value> values;
  for (int64_t i = 0; i < total; ++i) {
    Frame inner = frame;
    inner.scope = std::make_shared<Scope>(frame.scope);
    int64_t rest = i;
    for (size_t l = levels.size(); l-- > 0; rest /= levels[l].trips)
      inner.scope->names[levels[l].index] = levels[l].isAnyNumber ? Value::of(symbols->trip(levels[l].index)) : Value::of(rest % levels[l].trips);
    values.push_back(eval(*element, inner));
  }
  NodePtr node;
  if (values[0].kind == Value::InstanceOf)
    node = mergeInstances(values, levels, element->range);
  else if (values[0].kind == Value::Layer) {
    std::vector<int64_t> from = depthsOf(values);
    if (from.size() != values.size())
      fail("type-mismatch", "the layers of a stack come from one stack, one each", element->range);
    const Node &source = *values[0].layers[0].nest;
    node = const_cast<Node &>(source).element()->clone();
    reindex(*node, source.levels(), from, levels);
  } else
    fail("type-mismatch", "a layer is a model, this is " + values[0].describe(), element->range);
  for (size_t l = 0; l < levels.size(); ++l) {
    bool isTwice = std::any_of(levels.begin() + l + 1, levels.end(), [&](const Level &inner) { return inner.index == levels[l].index; });
    if (isTwice || countsBelow(*node, levels[l].index)) // what is per `l` would be ambiguous
      fail("duplicate-name", "`" + levels[l].index + "` counts this loop and one inside of it", expr.range, "give one of them another name");
  }
  Value v = Value::model(wrap(std::move(node), levels, expr.range));
  v.origin = {expr.range, ""};
  return v;
}
