//===- Weights.cpp - weight files onto models --------------------*- C++ -*-===//
//
// A `names` block maps metadata keys to a model's arguments and tensors to its parameters. The map must be
// total both ways: no parameter without a tensor, no tensor without a parameter or an `ignore`.
//
//===----------------------------------------------------------------------===//
#include "compiler/elaborate/Elaborator.h"
#include "compiler/elaborate/Walk.h"

#include "dialects/rxt/Rxt.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <algorithm>
#include <optional>

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

/// A value of a file as a message shows it; nothing for a text that is long or that a terminal would obey.
std::optional<std::string> printable(const Value &value) {
  if (value.kind == Value::Int)
    return value.size.str();
  if (value.kind != Value::String)
    return value.kind == Value::Real ? std::optional(numberText(value.number)) : std::nullopt;
  bool isPlain = value.text.size() <= 60 && std::all_of(value.text.begin(), value.text.end(), [](unsigned char c) { return c >= ' ' && c < 127; });
  return isPlain ? std::optional("\"" + value.text + "\"") : std::nullopt;
}

/// `tensor("..")`, or that plus or minus a number; `default` names the tensor to take where the file has none.
struct TensorRule {
  std::string pattern, otherwise, index;
  double shift = 0;
  diag::SourceRange range;
};

} // namespace

namespace rx::elaborate {

/// One weight file on its way onto one model class.
class WeightMap {
public:
  WeightMap(Elaborator &elaborator, const Expr &call, const resolve::WeightHeader &header, const Function &model) : e(elaborator), call(call), header(header), model(model) {}
  NodePtr load();

private:
  void findNames();
  void readStatement(const Item &statement);
  void requireOfFile(const Item &statement);
  std::vector<std::string> keysIn(const Expr &condition);
  bool readRule(const Item &statement);
  NodePtr build();
  void bind(Node &part, Param &param);
  std::string tensorFor(const TensorRule &rule, int64_t entry, const std::string &path);
  void checkTotal();

  Elaborator &e;
  const Expr &call;
  const resolve::WeightHeader &header;
  const Function &model;
  const Item *names = nullptr;
  Frame frame;
  NodePtr root;
  std::map<std::string, TensorRule> rules;
  std::map<std::string, const resolve::WeightTensor *> tensors;
  std::set<std::string> ignored, used, usedRules;
};

} // namespace rx::elaborate

Value Elaborator::load(const Expr &call, const Frame &frame) {
  if (call.arguments.size() != 2)
    fail("argument-count", "`load(Model, package(\"..\"))` takes a model class and a weight file", call.range);
  Value model = eval(*call.arguments[0].value, frame), file = eval(*call.arguments[1].value, frame);
  if (model.kind != Value::Class || file.kind != Value::Package)
    fail("type-mismatch", "`load` takes a model class and `package(\"..\")` or `path(\"..\")`", call.range);
  std::string error;
  const resolve::WeightHeader *header = resolver.weights(file.text, file.label == "path", error);
  if (!header)
    fail("package", error, call.arguments[1].value->range, file.label == "path" ? "a path is looked for from the folder of the program" : "`rxc lock` lists the packages that are pinned");
  currentHeader = header;
  Value v = Value::model(WeightMap(*this, call, *header, model.function).load());
  v.origin = {call.range, ""};
  return v;
}

NodePtr WeightMap::load() {
  findNames();
  for (auto &statement : names->body)
    readStatement(*statement);
  for (auto &tensor : header.tensors)
    tensors[tensor.name] = &tensor;
  root = build();
  root->visit([&](Node &part) {
    for (auto &param : part.params)
      bind(part, param);
  });
  e.bindTies(*root);
  checkTotal();
  return root;
}

void WeightMap::findNames() {
  const std::string &className = model.item->name;
  for (auto &[block, scope] : e.namesBlocks)
    if (block->text == className) {
      names = block;
      frame.scope = std::make_shared<Scope>(scope);
    }
  if (!names)
    e.fail("unknown-name", "no `names` block maps a weight file to `" + className + "`", call.range, "add `names gguf for " + className + " { .. }`");
  Value reader;
  reader.kind = Value::Builtin;
  reader.text = "key";
  frame.scope->names["key"] = reader;
}

//===----------------------------------------------------------------------===//
// The `names` block
//===----------------------------------------------------------------------===//

void WeightMap::readStatement(const Item &statement) {
  if (statement.kind == Item::Require)
    return requireOfFile(statement);
  if (statement.kind == Item::Ignore) {
    for (auto &target : statement.targets)
      ignored.insert(target->text);
    return;
  }
  if (statement.kind != Item::Equation || statement.targets.size() != 1)
    e.fail("misplaced", "a `names` block holds `require`, `ignore` and `path = tensor(..)` or `name = key(..)`", statement.range);
  if (readRule(statement))
    return;
  e.equation(statement, frame);
  frame.scope->names[statement.targets[0]->text].origin = {statement.range, ""};
}

void WeightMap::requireOfFile(const Item &statement) {
  Value holds = e.eval(*statement.expr, frame);
  if (holds.kind == Value::Bool && holds.number)
    return;
  std::string reason = statement.text.empty() ? std::string(statement.expr->range.text()) + " does not hold" : statement.text;
  e.fail({"weights", "the weight file " + header.file + " does not fit: " + reason, call.range, {{call.range, ""}, {statement.range, "required here"}}, keysIn(*statement.expr), ""});
}

/// `key("general.architecture") = "llama"`: what a condition reads of the file.
std::vector<std::string> WeightMap::keysIn(const Expr &condition) {
  std::vector<std::string> lines;
  walk(condition, [&](const Expr &part) {
    if (part.kind != Expr::Call || !part.children[0]->isName("key"))
      return true;
    if (std::optional<std::string> text = printable(e.eval(part, frame)))
      lines.push_back(std::string(part.range.text()) + " = " + *text);
    return false;
  });
  return lines;
}

/// `path = tensor("..")`; false if the statement is something else.
bool WeightMap::readRule(const Item &statement) {
  const Expr &value = *statement.values[0];
  const Expr *tensor = &value;
  TensorRule rule;
  rule.range = statement.range;
  if (value.kind == Expr::Binary && (value.text == "+" || value.text == "-") && value.children[1]->kind == Expr::Number) {
    tensor = value.children[0].get();
    rule.shift = (value.text == "-" ? -1 : 1) * value.children[1]->number;
  }
  bool isTensor = tensor->kind == Expr::Call && tensor->children[0]->isName("tensor") && !tensor->arguments.empty() && tensor->arguments.size() <= 2;
  if (!isTensor)
    return false;
  rule.pattern = tensor->arguments[0].value->text;
  if (tensor->arguments.size() == 2) {
    if (tensor->arguments[1].name != "default")
      e.fail("unknown-argument", "`tensor` takes a name and a `default`", value.range, "`tensor(\"output.weight\", default = \"token_embd.weight\")`");
    rule.otherwise = tensor->arguments[1].value->text;
  }
  auto [path, index] = targetPath(*statement.targets[0]);
  rule.index = index;
  rules[path] = rule;
  return true;
}

//===----------------------------------------------------------------------===//
// Tensors onto parameters
//===----------------------------------------------------------------------===//

NodePtr WeightMap::build() {
  Instance instance{model.item, model.scope, {}, call.range};
  for (auto &parameter : model.item->parameters)
    if (auto it = frame.scope->names.find(parameter.name); it != frame.scope->names.end())
      instance.arguments.push_back({parameter.name, it->second});
  NodePtr node = e.build(instance, "");
  node->source = header.file;
  node->setPaths("");
  return node;
}

void WeightMap::bind(Node &part, Param &param) {
  std::string path = part.pathOf(param);
  auto found = rules.find(path);
  if (found == rules.end()) {
    if (root->isTied(path))
      return;
    e.fail("names-total", "no tensor is named for the parameter `" + path + "`", names->range, "add `" + path + " = tensor(\"..\")`", {{names->range, ""}, {param.range, "declared here"}});
  }
  usedRules.insert(path);
  const TensorRule &rule = found->second;
  std::vector<int64_t> wanted;
  for (auto &axis : param.axes)
    wanted.push_back(axis.size.constant());
  for (int64_t i = 0; i < param.entries(); ++i) {
    std::string name = tensorFor(rule, i, path);
    const std::vector<int64_t> &shape = tensors.at(name)->shape;
    if (shape != wanted)
      e.fail("weights", "tensor `" + name + "` of " + header.file + " has shape " + shapeText(shape) + ", `" + path + "` needs " + shapeText(wanted), rule.range, "",
             {{rule.range, shapeText(shape)}, {param.range, sizesWithOrigins(param.axes)}});
    used.insert(name);
    param.buffers.push_back(e.fileBuffer(header.file, name, rule.shift, param, rule.range));
  }
}

/// The tensor of the file for an entry of the parameter at `path`.
std::string WeightMap::tensorFor(const TensorRule &rule, int64_t entry, const std::string &path) {
  std::string name = replaceIndex(rule.pattern, rule.index, entry);
  if (!tensors.count(name) && !rule.otherwise.empty())
    name = replaceIndex(rule.otherwise, rule.index, entry);
  if (tensors.count(name))
    return name;
  std::vector<std::string> known;
  for (auto &[tensor, header] : tensors)
    known.push_back(tensor);
  std::string nearest = diag::nearestName(name, known);
  e.fail("names-total", header.file + " has no tensor `" + name + "` for `" + path + "`", rule.range, nearest.empty() ? "" : "the nearest name is `" + nearest + "`");
}

void WeightMap::checkTotal() {
  for (auto &[path, rule] : rules)
    if (!usedRules.count(path))
      e.fail("names-total", "`" + path + "` is no parameter of `" + model.item->name + "`", rule.range);
  for (auto &[name, tensor] : tensors)
    if (!used.count(name) && !ignored.count(name))
      e.fail("names-total", "tensor `" + name + "` of " + header.file + " belongs to no parameter of `" + model.item->name + "`", names->range, "name it, or `ignore \"" + name + "\"`");
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
