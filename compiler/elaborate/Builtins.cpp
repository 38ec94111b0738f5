//===- Builtins.cpp - files and data pipelines -------------------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"
#include "runtime/abi/DataStages.h"

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;

Value Elaborator::textArgument(const std::string &name, const Expr &call, const Frame &frame) {
  if (call.arguments.empty())
    fail("argument-count", "`" + name + "` takes a text", call.range, "`" + name + "(\"..\")`");
  return eval(*call.arguments[0].value, frame);
}

/// `package("..")` or `path("..")`
Value Elaborator::fileNamed(const std::string &name, const Expr &call, const Frame &frame) {
  Value text = textArgument(name, call, frame);
  if (text.kind != Value::String)
    fail("type-mismatch", "`" + name + "` takes a text, this is " + text.describe(), call.range);
  Value v;
  v.kind = Value::Package;
  v.text = text.text;
  v.label = name;
  return v;
}

/// `key("general.name")` of the weight file that is being loaded.
Value Elaborator::metadataKey(const Expr &call, const Frame &frame) {
  Value key = textArgument("key", call, frame);
  auto found = currentHeader->metadata.find(key.text);
  if (found == currentHeader->metadata.end()) {
    for (auto &argument : call.arguments)
      if (argument.name == "default")
        return eval(*argument.value, frame);
    std::vector<std::string> names;
    for (auto &[name, value] : currentHeader->metadata)
      names.push_back(name);
    std::string meant = diag::didYouMean(key.text, names);
    fail("weights", currentHeader->file + " has no metadata key `" + key.text + "`", call.range, meant.empty() ? "give a `default = ..` if it may be absent" : meant);
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

namespace {

Value pipelineOf(const Expr &call, nlohmann::json stage) {
  Value v;
  v.kind = Value::Data;
  v.origin = {call.range, ""};
  v.data = std::make_shared<DataPipeline>();
  v.data->name = std::string(call.range.text());
  v.data->add(std::move(stage), call.range);
  return v;
}

} // namespace

/// `text("austen")`, `text(path("file.txt"))`
Value Elaborator::textPipeline(const Expr &call, const Frame &frame) {
  Value source = textArgument("text", call, frame);
  if (source.kind == Value::String) {
    if (std::string problem = resolver.textProblem(source.text); !problem.empty())
      fail("package", problem, call.arguments[0].value->range, "a text of your own is named by `text(path(\"file.txt\"))`");
    return pipelineOf(call, {{"stage", "text"}, {"name", source.text}});
  }
  // A file may lie where the program runs and not where it is compiled.
  if (source.kind == Value::Package && source.label == "path")
    return pipelineOf(call, {{"stage", "text"}, {"path", source.text}});
  fail("type-mismatch", "`text` takes the name of a text or `path(\"file.txt\")`", call.range);
}

/// `prompt("Once", source.tokenizer)`
Value Elaborator::promptPipeline(const Expr &call, const Frame &frame) {
  Value text = textArgument("prompt", call, frame);
  if (text.kind != Value::String)
    fail("type-mismatch", "`prompt` takes a text", call.range);
  Value tokenizer = call.arguments.size() > 1 ? eval(*call.arguments[1].value, frame) : Value();
  if (tokenizer.label != "tokenizer")
    fail("argument-count", "`prompt` takes a text and a tokenizer", call.range, "`prompt(\"..\", source.tokenizer)`");
  Value v = pipelineOf(call, {{"stage", "prompt"}, {"text", text.text}});
  v.data->tokenizerOf = tokenizer.text;
  return v;
}

/// A stage on the pipeline that `stage` is bound to.
Value Elaborator::addStage(const Value &stage, const Expr &call, const Frame &frame) {
  const std::string &name = stage.text;
  if (stage.list.size() != 1 || stage.list[0].kind != Value::Data)
    fail("type-mismatch", "`" + name + "` is a stage of a data pipeline", call.range, "write `data D = text(\"..\") |> " + name + "(..)`");
  Value v = stage.list[0];
  v.data = std::make_shared<DataPipeline>(*v.data);
  v.origin = {call.range, ""};
  if (call.arguments.size() != 1)
    fail("argument-count", "`" + name + "` takes one argument", call.range);
  Value argument = eval(*call.arguments[0].value, frame);
  if (name == "tokenize") {
    if (argument.label != "tokenizer")
      fail("type-mismatch", "`tokenize` takes the tokenizer of a loaded model", call.range, "`tokenize(source.tokenizer)`");
    v.data->tokenizerOf = argument.text;
    v.data->add({{"stage", "tokenize"}}, call.range);
    return v;
  }
  const StageRule &rule = *stageRule(name);
  if (!call.arguments[0].name.empty() && call.arguments[0].name != rule.argument)
    fail("unknown-argument", "`" + name + "` has no argument `" + call.arguments[0].name + "`", call.range, "`" + name + "(" + rule.argument + " = ..)`");
  const diag::SourceRange &at = call.arguments[0].value->range;
  if (rule.range ? !argument.isConstantInt() : !argument.isNumber())
    fail("type-mismatch", "`" + name + "` takes " + (rule.range ? "an integer" : "a share, e.g. 5%") + ", this is " + argument.describe(), call.range);
  nlohmann::json added = {{"stage", name}};
  if (rule.range) {
    int64_t number = argument.size.constant();
    if (!rule.range->holds(number))
      fail("out-of-range", "`" + std::string(rule.argument) + "` is " + std::to_string(number) + "; it is " + (number < rule.range->least ? "at least " + std::to_string(rule.range->least) : "at most " + std::to_string(rule.range->most)), at);
    added[rule.argument] = number;
  } else {
    double share = argument.asDouble();
    if (!(share >= 0 && share <= 1))
      fail("out-of-range", "`" + std::string(rule.argument) + "` is " + numberText(share) + "; it is a share of the rows, 0% to 100%", at, "`" + name + "(" + rule.argument + " = 5%)`");
    added[rule.argument] = share;
  }
  v.data->add(std::move(added), call.range);
  return v;
}

Value Elaborator::callBuiltin(const Value &builtin, const Expr &call, const Frame &frame) {
  const std::string &name = builtin.text;
  if (name == "load")
    return load(call, frame);
  if (name == "svd")
    return svd(call, frame);
  if (name == "normal" || name == "uniform")
    return drawInitial(name, call, frame);
  if (name == "package" || name == "path")
    return fileNamed(name, call, frame);
  if (name == "key")
    return metadataKey(call, frame);
  if (name == "text")
    return textPipeline(call, frame);
  if (name == "prompt")
    return promptPipeline(call, frame);
  if (stageRule(name))
    return addStage(builtin, call, frame);
  if (name == "params") {
    Value model = call.arguments.size() == 1 ? eval(*call.arguments[0].value, frame) : Value();
    if (model.kind != Value::Model)
      fail("type-mismatch", "`params` takes a model or a part of one", call.range, "`params(m.layers)`");
    if (symbols)
      throw Undecided{call.range, "the number of parameters depends on the sizes"};
    return Value::of(uniqueParameters(*model.node));
  }
  if (name == "fresh") {
    Value seed = call.arguments.empty() ? Value::of(0) : eval(*call.arguments[0].value, frame);
    if (call.arguments.size() > 1 || !seed.isConstantInt())
      fail("argument-count", "`fresh(seed)` takes an integer", call.range);
    Value v = builtin;
    v.size = seed.size;
    return v;
  }
  fail("misplaced", "`" + name + "` stands in a `report`", call.range, "`report Main { show " + std::string(call.range.text()) + " }`");
}
