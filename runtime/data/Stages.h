// A text pipeline as data: what `data D = text("austen") |> tokenize(t) |> pack(time = 256) |> …`
// compiles to. JSON, one object a stage:
//
//   [{"stage": "text", "name": "austen"},            documents   or "path": F, or "paths": [F, …]
//    {"stage": "tokenize"},                          tokens      by the tokenizer of the run
//    {"stage": "pack", "time": 256},                 rows {x: i32[256], y: i32[256]}
//    {"stage": "split", "valid": 0.05, "part": "valid"},  rows   part: train, valid or all
//    {"stage": "skip", "n": 4}, {"stage": "take", "n": 16},      rows
//    {"stage": "batches", "size": 4}]                batches     the last one may be smaller
#pragma once

#include "runtime/abi/DataStages.h"
#include "runtime/core/Status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rx::runtime {

/// Whole documents, in order: of a locked text, or of files relative to the program's folder.
struct TextStage {
  std::string name;               ///< empty if `paths` are given
  std::vector<std::string> paths; ///< empty if `name` is given
};
struct TokenizeStage {};
struct PackStage {
  int64_t time = 0; ///< tokens that each row scores
};
enum class SplitPart { All, Train, Valid };
struct SplitStage {
  double valid = 0; ///< share of the rows, taken from the end
  SplitPart part = SplitPart::All;
};
struct TakeStage {
  int64_t rows = 0;
};
struct SkipStage {
  int64_t rows = 0;
};
struct BatchesStage {
  int64_t size = 0;
};
using Stage = std::variant<TextStage, TokenizeStage, PackStage, SplitStage, TakeStage, SkipStage,
                           BatchesStage>;

/// What comes out of the last stage.
Flow flowOf(const std::vector<Stage> &stages);

/// Errors name the stage by number and name: an unknown stage or field (with the nearest), a value
/// out of range, and stages that do not fit together.
Expected<std::vector<Stage>> parseStages(std::string_view json);

} // namespace rx::runtime
