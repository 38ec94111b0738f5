#include "runtime/data/Stages.h"

#include "runtime/abi/StageLimits.h"
#include "runtime/core/JsonFields.h"

namespace rx::runtime {

using nlohmann::json;

namespace {

int64_t integer(JsonFields &fields, const char *name, StageLimits limits) {
  return fields.integer(name, limits.least, limits.most);
}

TextStage readText(JsonFields &fields) {
  TextStage stage;
  int given = fields.has("name") + fields.has("path") + fields.has("paths");
  if (given != 1)
    fields.reject("name", "or `path` or `paths` must be given, one of the three");
  if (fields.has("name"))
    stage.name = fields.text("name");
  if (fields.has("path"))
    stage.paths = {fields.text("path")};
  if (fields.has("paths"))
    stage.paths = fields.texts("paths");
  if (given == 1 && stage.name.empty() && stage.paths.empty())
    fields.reject(fields.has("name") ? "name" : "paths", "is empty");
  return stage;
}

SplitStage readSplit(JsonFields &fields) {
  SplitStage stage{fields.number("valid", 0, 1)};
  std::string part = fields.has("part") ? fields.text("part") : "all";
  if (part == "train")
    stage.part = SplitPart::Train;
  else if (part == "valid")
    stage.part = SplitPart::Valid;
  else if (part != "all")
    fields.reject("part", "must be `train`, `valid` or `all`, not `" + part + "`");
  return stage;
}

/// One row per stage: what it reads, what it gives, how its fields are read.
struct StageRule {
  const char *name;
  Flow from, to;
  Stage (*read)(JsonFields &);
};

const StageRule rules[] = {
    {"text", Flow::Nothing, Flow::Documents, [](JsonFields &f) -> Stage { return readText(f); }},
    {"tokenize", Flow::Documents, Flow::Tokens,
     [](JsonFields &) -> Stage { return TokenizeStage{}; }},
    {"pack", Flow::Tokens, Flow::Rows,
     [](JsonFields &f) -> Stage { return PackStage{integer(f, "time", packTime)}; }},
    {"split", Flow::Rows, Flow::Rows, [](JsonFields &f) -> Stage { return readSplit(f); }},
    {"take", Flow::Rows, Flow::Rows,
     [](JsonFields &f) -> Stage { return TakeStage{integer(f, "n", takenRows)}; }},
    {"skip", Flow::Rows, Flow::Rows,
     [](JsonFields &f) -> Stage { return SkipStage{integer(f, "n", skippedRows)}; }},
    {"batches", Flow::Rows, Flow::Batches,
     [](JsonFields &f) -> Stage { return BatchesStage{integer(f, "size", batchRows)}; }},
};
static_assert(std::size(rules) == std::variant_size_v<Stage>);

const StageRule *ruleOf(const std::string &name) {
  for (const StageRule &rule : rules)
    if (name == rule.name)
      return &rule;
  return nullptr;
}

std::vector<std::string> ruleNames() {
  std::vector<std::string> names;
  for (const StageRule &rule : rules)
    names.push_back(rule.name);
  return names;
}

/// The stages that lead from one flow to another, for the advice in an error: `tokenize |> pack`.
std::string bridge(Flow from, Flow to) {
  std::string stages;
  while (from < to)
    for (const StageRule &rule : rules)
      if (rule.from == from && rule.to > from) {
        stages += (stages.empty() ? "`" : " |> ") + std::string(rule.name);
        from = rule.to;
        break;
      }
  return stages + "`";
}

Status checkFlow(const StageRule &rule, Flow before, const std::string &where) {
  if (rule.from == before)
    return Status::ok();
  std::string advice =
      before < rule.from ? "; put " + bridge(before, rule.from) + " before it" : "";
  return makeError("{}: it reads {}, but what comes before it gives {}{}", where,
                   flowName(rule.from), flowName(before), advice);
}

} // namespace

std::string_view flowName(Flow flow) {
  switch (flow) {
  case Flow::Nothing:
    return "nothing";
  case Flow::Documents:
    return "documents";
  case Flow::Tokens:
    return "tokens";
  case Flow::Rows:
    return "rows";
  case Flow::Batches:
    return "batches";
  }
  return "";
}

Flow flowOf(const std::vector<Stage> &stages) {
  return stages.empty() ? Flow::Nothing : rules[stages.back().index()].to;
}

Expected<std::vector<Stage>> parseStages(std::string_view text) {
  auto list = parseJson(text, "data pipeline");
  if (!list)
    return list.status();
  if (!list->is_array() || list->empty())
    return makeError("data pipeline: a list with at least one stage is expected");
  std::vector<Stage> stages;
  for (const json &item : *list) {
    std::string where = fmt::format("data pipeline, stage {}", stages.size() + 1);
    JsonFields fields(item, where);
    std::string name = fields.text("stage");
    const StageRule *rule = ruleOf(name);
    if (!rule && !name.empty())
      return makeError("{}: unknown stage `{}`{}", where, name, didYouMean(name, ruleNames()));
    if (!rule)
      return fields.finish();
    fields.nameItself(name);
    if (Status fits = checkFlow(*rule, flowOf(stages), fields.place()); !fits)
      return fits;
    stages.push_back(rule->read(fields));
    if (Status read = fields.finish(); !read)
      return read;
  }
  return stages;
}

} // namespace rx::runtime
