#include "runtime/data/Stages.h"

#include "runtime/core/JsonFields.h"

namespace rx::runtime {

using nlohmann::json;

namespace {

int64_t readInteger(JsonFields &fields, const StageRule &rule) {
  return fields.integer(rule.argument, rule.range->least, rule.range->most);
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

/// How the fields of each stage are read, in the order of stageRules and of Stage.
using Reader = Stage (*)(JsonFields &, const StageRule &);
constexpr Reader readers[] = {
    [](JsonFields &f, const StageRule &) -> Stage { return readText(f); },
    [](JsonFields &, const StageRule &) -> Stage { return TokenizeStage{}; },
    [](JsonFields &f, const StageRule &rule) -> Stage { return PackStage{readInteger(f, rule)}; },
    [](JsonFields &f, const StageRule &) -> Stage { return readSplit(f); },
    [](JsonFields &f, const StageRule &rule) -> Stage { return TakeStage{readInteger(f, rule)}; },
    [](JsonFields &f, const StageRule &rule) -> Stage { return SkipStage{readInteger(f, rule)}; },
    [](JsonFields &f, const StageRule &rule) -> Stage {
      return BatchesStage{readInteger(f, rule)};
    },
};
static_assert(std::size(readers) == std::size(stageRules));
static_assert(std::size(readers) == std::variant_size_v<Stage>);

std::vector<std::string> ruleNames() {
  std::vector<std::string> names;
  for (const StageRule &rule : stageRules)
    names.emplace_back(rule.name);
  return names;
}

Status checkFlow(const StageRule &rule, Flow before, const std::string &where) {
  if (rule.from == before)
    return Status::ok();
  std::string advice =
      before < rule.from ? "; put " + stagesBetween(before, rule.from) + " before it" : "";
  return makeError("{}: it reads {}, but what comes before it gives {}{}", where,
                   flowName(rule.from), flowName(before), advice);
}

} // namespace

Flow flowOf(const std::vector<Stage> &stages) {
  return stages.empty() ? Flow::Nothing : stageRules[stages.back().index()].to;
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
    const StageRule *rule = stageRule(name);
    if (!rule && !name.empty())
      return makeError("{}: unknown stage `{}`{}", where, name, didYouMean(name, ruleNames()));
    if (!rule)
      return fields.finish();
    fields.nameItself(name);
    if (Status fits = checkFlow(*rule, flowOf(stages), fields.place()); !fits)
      return fits;
    stages.push_back(readers[rule - stageRules](fields, *rule));
    if (Status read = fields.finish(); !read)
      return read;
  }
  return stages;
}

} // namespace rx::runtime
