//===- Nodes.cpp - the tree of a model's parts -------------------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;

static int64_t product(const std::vector<int64_t> &factors) {
  int64_t result = 1;
  for (int64_t factor : factors)
    result *= factor;
  return result;
}

int64_t Param::elements() const {
  int64_t count = 1;
  for (auto &axis : axes)
    count *= axis.size.constant();
  return count;
}

int64_t Param::entries() const { return product(trips); }

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

Param *Node::paramAt(const std::string &path) {
  size_t dot = path.find('.');
  if (dot == std::string::npos)
    return element()->param(path);
  NodePtr below = element()->part(path.substr(0, dot));
  return below ? below->paramAt(path.substr(dot + 1)) : nullptr;
}

std::vector<Level> Node::levels() const {
  std::vector<Level> result;
  for (const Node *node = this; node->kind != Model; node = node->parts.front().get())
    result.push_back({node->kind == Stack, node->index, node->trips, node->isAnyNumber});
  return result;
}

int64_t Node::depths() const {
  int64_t count = 1;
  for (auto &level : levels())
    count *= level.trips;
  return count;
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

bool Node::isTied(const std::string &parameter) const {
  return std::any_of(ties.begin(), ties.end(), [&](auto &tie) { return tie.first == parameter; });
}

void Node::setPaths(const std::string &at) {
  path = at;
  for (auto &part : parts)
    part->setPaths(kind == Model ? (at.empty() ? part->name : at + "." + part->name) : at);
}

int64_t rx::elaborate::ownLayers(const std::vector<Level> &levels) {
  int64_t count = 1;
  for (auto &level : levels)
    count *= level.isStack ? level.trips : 1;
  return count;
}

const std::string &rx::elaborate::bufferAt(const std::vector<Level> &levels, const Param &param, int64_t depth) {
  int64_t entry = 0;
  std::vector<int64_t> trips(levels.size());
  for (size_t l = levels.size(); l-- > 0; depth /= levels[l].trips)
    trips[l] = depth % levels[l].trips;
  for (size_t l = 0; l < levels.size(); ++l)
    if (std::find(param.per.begin(), param.per.end(), levels[l].index) != param.per.end())
      entry = entry * levels[l].trips + trips[l];
  return param.buffers[entry];
}
