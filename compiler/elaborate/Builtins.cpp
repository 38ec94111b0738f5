//===- Builtins.cpp - files and data pipelines -------------------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;

namespace {

struct StageRule {
  const char *argument; // its one argument, null for none
  const char *field;    // the field of the runtime's stage
  bool isInteger;
};

const std::map<std::string, StageRule> stages = {
    {"pack", {"time", "time", true}}, {"split", {"valid", "valid", false}}, {"take", {"n", "n", true}}, {"skip", {"n", "n", true}}, {"batches", {"size", "size", true}}};

} // namespace

Value Elaborator::callBuiltin(const Value &builtin, const Expr &call, const Frame &frame) {
  const std::string &name = builtin.text;
  auto textArgument = [&]() -> Value {
    if (call.arguments.empty())
      fail("argument-count", "`" + name + "` takes a text", call.range, "`" + name + "(\"..\")`");
    return eval(*call.arguments[0].value, frame);
  };
  if (name == "load")
    return load(call, frame);
  if (name == "params") {
    Value model = call.arguments.size() == 1 ? eval(*call.arguments[0].value, frame) : Value();
    if (model.kind != Value::Model)
      fail("type-mismatch", "`params` takes a model or a part of one", call.range, "`params(m.layers)`");
    return Value::of(uniqueParameters(*model.node));
  }
  if (name == "svd")
    return svd(call, frame);
  if (name == "normal" || name == "uniform")
    return drawInitial(name, call, frame);
  if (name == "fresh") {
    Value seed = call.arguments.empty() ? Value::of(0) : eval(*call.arguments[0].value, frame);
    if (call.arguments.size() > 1 || !seed.isConstantInt())
      fail("argument-count", "`fresh(seed)` takes an integer", call.range);
    Value v = builtin;
    v.size = seed.size;
    return v;
  }
  if (name == "package" || name == "path") {
    Value text = textArgument();
    if (text.kind != Value::String)
      fail("type-mismatch", "`" + name + "` takes a text, this is " + text.describe(), call.range);
    Value v;
    v.kind = Value::Package;
    v.text = text.text;
    v.label = name;
    return v;
  }
  if (name == "key") {
    Value key = textArgument();
    auto found = currentHeader->metadata.find(key.text);
    if (found == currentHeader->metadata.end()) {
      for (auto &argument : call.arguments)
        if (argument.name == "default")
          return eval(*argument.value, frame);
      std::vector<std::string> names;
      for (auto &[n, v] : currentHeader->metadata)
        names.push_back(n);
      std::string nearest = diag::nearestName(key.text, names);
      fail("weights", currentHeader->file + " has no metadata key `" + key.text + "`", call.range, nearest.empty() ? "give a `default = ..` if it may be absent" : "did you mean `" + nearest + "`?");
    }
    Value v;
    if (auto *i = std::get_if<int64_t>(&found->second))
      v = Value::of(*i);
    else if (auto *d = std::get_if<double>(&found->second))
      v = Value::real(*d);
    else if (auto *b = std::get_if<bool>(&found->second))
      v = Value::boolean(*b);
    else
      v = Value::string(std::get<std::string>(found->second));
    v.origin.text = key.text + " of " + currentHeader->file;
    return v;
  }
  if (name == "text" || name == "prompt") {
    Value source = textArgument();
    Value v;
    v.kind = Value::Data;
    v.origin = {call.range, ""};
    v.data = std::make_shared<DataPipeline>();
    v.data->name = std::string(call.range.text());
    if (name == "prompt" || source.kind == Value::String) {
      if (source.kind != Value::String)
        fail("type-mismatch", "`prompt` takes a text", call.range);
      v.data->stages.push_back({{"stage", name == "prompt" ? "prompt" : "text"}, {name == "prompt" ? "text" : "name", source.text}});
    } else if (source.kind == Value::Package && source.label == "path")
      v.data->stages.push_back({{"stage", "text"}, {"path", source.text}});
    else
      fail("type-mismatch", "`text` takes the name of a text or `path(\"file.txt\")`", call.range);
    if (name == "prompt") {
      Value tokenizer = call.arguments.size() > 1 ? eval(*call.arguments[1].value, frame) : Value();
      if (tokenizer.label != "tokenizer")
        fail("argument-count", "`prompt` takes a text and a tokenizer", call.range, "`prompt(\"..\", source.tokenizer)`");
      v.data->tokenizerOf = tokenizer.text;
    }
    return v;
  }
  bool isStage = stages.count(name) || name == "tokenize";
  if (!isStage)
    fail("misplaced", "`" + name + "` stands in a `report`", call.range);
  if (builtin.list.size() != 1 || builtin.list[0].kind != Value::Data)
    fail("type-mismatch", "`" + name + "` is a stage of a data pipeline", call.range, "write `data D = text(\"..\") |> " + name + "(..)`");
  Value v = builtin.list[0];
  v.data = std::make_shared<DataPipeline>(*v.data);
  v.origin = {call.range, ""};
  if (call.arguments.size() != 1)
    fail("argument-count", "`" + name + "` takes one argument", call.range);
  Value argument = eval(*call.arguments[0].value, frame);
  if (name == "tokenize") {
    if (argument.label != "tokenizer")
      fail("type-mismatch", "`tokenize` takes the tokenizer of a loaded model", call.range, "`tokenize(source.tokenizer)`");
    v.data->tokenizerOf = argument.text;
    v.data->stages.push_back({{"stage", "tokenize"}});
    return v;
  }
  auto &rule = stages.at(name);
  if (!call.arguments[0].name.empty() && call.arguments[0].name != rule.argument)
    fail("unknown-argument", "`" + name + "` has no argument `" + call.arguments[0].name + "`", call.range, "`" + name + "(" + rule.argument + " = ..)`");
  if (rule.isInteger ? !argument.isConstantInt() : !argument.isNumber())
    fail("type-mismatch", "`" + name + "` takes " + (rule.isInteger ? "an integer" : "a share, e.g. 5%") + ", this is " + argument.describe(), call.range);
  nlohmann::json stage = {{"stage", name}};
  if (rule.isInteger)
    stage[rule.field] = argument.size.constant();
  else
    stage[rule.field] = argument.asDouble();
  v.data->stages.push_back(stage);
  return v;
}
