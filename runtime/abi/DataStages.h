// The stages of a data pipeline: what each reads, gives and takes. The compiler checks them where
// they stand in the program, the runtime where a compiled program is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rx {

/// What flows between two stages.
enum class Flow { Nothing, Documents, Tokens, Rows, Batches };

constexpr std::string_view flowName(Flow flow) {
  constexpr std::string_view names[] = {"nothing", "documents", "tokens", "rows", "batches"};
  return names[static_cast<int>(flow)];
}

/// Integers from `least` to `most`, both included.
struct IntegerRange {
  int64_t least, most;

  constexpr bool holds(int64_t value) const { return least <= value && value <= most; }
};

struct StageRule {
  std::string_view name;
  Flow from, to;
  const char *argument = nullptr;         ///< its number, a field of the stage
  std::optional<IntegerRange> range = {}; ///< none: a share from 0 to 1
};

inline constexpr int64_t mostStageRows = int64_t(1) << 40;
inline constexpr StageRule stageRules[] = {
    {"text", Flow::Nothing, Flow::Documents},
    {"tokenize", Flow::Documents, Flow::Tokens},
    {"pack", Flow::Tokens, Flow::Rows, "time", IntegerRange{1, 1 << 24}},
    {"split", Flow::Rows, Flow::Rows, "valid"},
    {"take", Flow::Rows, Flow::Rows, "n", IntegerRange{1, mostStageRows}},
    {"skip", Flow::Rows, Flow::Rows, "n", IntegerRange{0, mostStageRows}},
    {"batches", Flow::Rows, Flow::Batches, "size", IntegerRange{1, mostStageRows}},
};

constexpr const StageRule *stageRule(std::string_view name) {
  for (const StageRule &rule : stageRules)
    if (name == rule.name)
      return &rule;
  return nullptr;
}

/// The stages that lead from one flow to another, for the advice in an error: `tokenize |> pack`.
inline std::string stagesBetween(Flow from, Flow to) {
  std::string stages;
  while (from < to)
    for (const StageRule &rule : stageRules)
      if (rule.from == from && rule.to > from) {
        stages += (stages.empty() ? "`" : " |> ") + std::string(rule.name);
        from = rule.to;
        break;
      }
  return stages + "`";
}

} // namespace rx
