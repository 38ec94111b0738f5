//===- Weights.cpp - weight files onto models --------------------*- C++ -*-===//
//
// A `names` block maps metadata keys to a model's arguments and tensors to its parameters. The map must be
// total both ways: no parameter without a tensor, no tensor without a parameter or an `ignore`.
//
//===----------------------------------------------------------------------===//
#include "compiler/elaborate/Elaborator.h"

#include "dialects/rxt/Rxt.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

namespace {

/// `layers[l].attention.q.w` as "layers.attention.q.w" and its index.
std::pair<std::string, std::string> targetPath(const Expr &e) {
  if (e.kind == Expr::Name)
    return {e.text, ""};
  if (e.kind == Expr::Subscripted) {
    auto [path, index] = targetPath(*e.children[0]);
    return {path, e.subscripts.size() == 1 && e.subscripts[0].expr ? e.subscripts[0].expr->text : index};
  }
  if (e.kind == Expr::Member) {
    auto [path, index] = targetPath(*e.children[0]);
    return {path + "." + e.text, index};
  }
  return {"", ""};
}

std::string replaceIndex(std::string text, const std::string &index, int64_t value) {
  std::string hole = "{" + index + "}";
  for (size_t at = text.find(hole); !index.empty() && at != std::string::npos; at = text.find(hole, at))
    text.replace(at, hole.size(), std::to_string(value));
  return text;
}

std::string shapeText(const std::vector<int64_t> &shape) {
  std::string text;
  for (int64_t n : shape)
    text += (text.empty() ? "" : ", ") + std::to_string(n);
  return "[" + text + "]";
}

/// `tensor("..")`, or that plus or minus a number; `default` names the tensor to take where the file has none.
struct TensorRule {
  std::string pattern, otherwise, index;
  double shift = 0;
  diag::SourceRange range;
};

} // namespace

Value Elaborator::load(const Expr &call, const Frame &frame) {
  if (call.arguments.size() != 2)
    fail("argument-count", "`load(Model, package(\"..\"))` takes a model class and a weight file", call.range);
  Value model = eval(*call.arguments[0].value, frame), file = eval(*call.arguments[1].value, frame);
  if (model.kind != Value::Class || file.kind != Value::Package)
    fail("type-mismatch", "`load` takes a model class and `package(\"..\")` or `path(\"..\")`", call.range);
  std::string error;
  const resolve::WeightHeader *header = resolver.weights(file.text, file.label == "path", error);
  if (!header)
    fail("package", error, call.arguments[1].value->range);
  const Item *item = nullptr;
  std::shared_ptr<Scope> itemScope;
  for (auto &[block, scope] : namesBlocks)
    if (block->text == model.function.item->name) {
      item = block;
      itemScope = scope;
    }
  if (!item)
    fail("unknown-name", "no `names` block maps a weight file to `" + model.function.item->name + "`", call.range, "add `names gguf for " + model.function.item->name + " { .. }`");

  auto scope = std::make_shared<Scope>(itemScope);
  Value reader;
  reader.kind = Value::Builtin;
  reader.text = "key";
  scope->names["key"] = reader;
  currentHeader = header;
  Frame inner;
  inner.scope = scope;
  std::map<std::string, TensorRule> rules;
  std::vector<std::string> ignored;
  for (auto &statement : item->body) {
    if (statement->kind == Item::Require) {
      Value holds = eval(*statement->expr, inner);
      if (holds.kind != Value::Bool || !holds.number)
        fail("weights", "the weight file " + header->file + " does not fit: " + (statement->text.empty() ? std::string(statement->expr->range.text()) + " does not hold" : statement->text),
             call.range, "", {{call.range, ""}, {statement->range, "required here"}});
    } else if (statement->kind == Item::Ignore) {
      for (auto &target : statement->targets)
        ignored.push_back(target->text);
    } else if (statement->kind == Item::Equation && statement->targets.size() == 1) {
      const Expr &value = *statement->values[0];
      const Expr *tensor = &value;
      TensorRule rule;
      rule.range = statement->range;
      if (value.kind == Expr::Binary && (value.text == "+" || value.text == "-") && value.children[1]->kind == Expr::Number) {
        tensor = value.children[0].get();
        rule.shift = (value.text == "-" ? -1 : 1) * value.children[1]->number;
      }
      bool isTensor = tensor->kind == Expr::Call && tensor->children[0]->isName("tensor") && !tensor->arguments.empty() && tensor->arguments.size() <= 2;
      if (!isTensor) {
        equation(*statement, inner);
        scope->names[statement->targets[0]->text].origin = {statement->range, ""};
        continue;
      }
      auto [path, index] = targetPath(*statement->targets[0]);
      rule.pattern = tensor->arguments[0].value->text;
      if (tensor->arguments.size() == 2) {
        if (tensor->arguments[1].name != "default")
          fail("unknown-argument", "`tensor` takes a name and a `default`", value.range, "`tensor(\"output.weight\", default = \"token_embd.weight\")`");
        rule.otherwise = tensor->arguments[1].value->text;
      }
      rule.index = index;
      rules[path] = rule;
    } else
      fail("misplaced", "a `names` block holds `require`, `ignore` and `path = tensor(..)` or `name = key(..)`", statement->range);
  }

  Instance instance{model.function.item, model.function.scope, {}, call.range};
  for (auto &parameter : instance.model->parameters)
    if (auto it = scope->names.find(parameter.name); it != scope->names.end())
      instance.arguments.push_back({parameter.name, it->second});
  NodePtr node = build(instance, "");
  node->source = header->file;
  node->setPaths("");

  std::map<std::string, const resolve::WeightTensor *> tensors;
  for (auto &tensor : header->tensors)
    tensors[tensor.name] = &tensor;
  std::set<std::string> used, usedRules;
  node->visit([&](Node &part) {
    for (auto &param : part.params) {
      std::string path = part.pathOf(param);
      auto rule = rules.find(path);
      if (rule == rules.end()) {
        if (node->isTied(path))
          continue;
        fail("names-total", "no tensor is named for the parameter `" + path + "`", item->range, "add `" + path + " = tensor(\"..\")`", {{item->range, ""}, {param.range, "declared here"}});
      }
      usedRules.insert(path);
      for (int64_t i = 0; i < param.entries(); ++i) {
        std::string name = replaceIndex(rule->second.pattern, rule->second.index, i);
        auto found = tensors.find(name);
        if (found == tensors.end() && !rule->second.otherwise.empty()) {
          name = replaceIndex(rule->second.otherwise, rule->second.index, i);
          found = tensors.find(name);
        }
        if (found == tensors.end()) {
          std::vector<std::string> names;
          for (auto &[n, t] : tensors)
            names.push_back(n);
          std::string nearest = diag::nearestName(name, names);
          fail("names-total", header->file + " has no tensor `" + name + "` for `" + path + "`", rule->second.range, nearest.empty() ? "" : "the nearest name is `" + nearest + "`");
        }
        std::vector<int64_t> wanted;
        for (auto &axis : param.axes)
          wanted.push_back(axis.size.constant());
        if (found->second->shape != wanted)
          fail("weights", "tensor `" + name + "` of " + header->file + " has shape " + shapeText(found->second->shape) + ", `" + path + "` needs " + shapeText(wanted), rule->second.range, "",
               {{rule->second.range, ""}, {param.range, "declared here"}});
        used.insert(name);
        param.buffers.push_back(fileBuffer(header->file, name, rule->second.shift, param, rule->second.range));
      }
    }
  });
  bindTies(*node);
  for (auto &[path, rule] : rules)
    if (!usedRules.count(path))
      fail("names-total", "`" + path + "` is no parameter of `" + instance.model->name + "`", rule.range);
  for (auto &[name, tensor] : tensors)
    if (!used.count(name) && std::find(ignored.begin(), ignored.end(), name) == ignored.end())
      fail("names-total", "tensor `" + name + "` of " + header->file + " belongs to no parameter of `" + instance.model->name + "`", item->range, "name it, or `ignore \"" + name + "\"`");
  Value v = Value::model(node);
  v.origin = {call.range, ""};
  return v;
}

void Elaborator::bindTies(Node &root) {
  std::map<std::string, Param *> params;
  root.visit([&](Node &node) {
    for (auto &param : node.params)
      params[node.pathOf(param)] = &param;
  });
  for (auto &[from, to] : root.ties) {
    auto tied = params.find(from), source = params.find(to);
    if (tied == params.end())
      continue;
    if (source == params.end())
      fail("unknown-name", "`" + from + "` is tied to `" + to + "`, which is no parameter", root.range);
    tied->second->buffers = source->second->buffers;
  }
}
