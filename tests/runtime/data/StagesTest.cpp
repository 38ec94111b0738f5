#include "runtime/data/Stages.h"
#include "tests/runtime/data/TempFolder.h"

#include <gtest/gtest.h>

namespace rx::runtime {
namespace {

std::string errorOf(const std::string &json) {
  auto stages = parseStages(json);
  EXPECT_FALSE(stages) << json;
  return std::string(stages.message());
}

const std::string toRows =
    R"({"stage": "text", "name": "austen"}, {"stage": "tokenize"}, {"stage": "pack", "time": 256})";

TEST(StagesTest, AWholePipelineIsRead) {
  auto stages = parseStages("[" + toRows + R"(, {"stage": "split", "valid": 0.05, "part": "valid"},
                                            {"stage": "take", "n": 16}, {"stage": "batches", "size": 4}])");
  ASSERT_TRUE(stages) << stages.message();
  ASSERT_EQ(stages->size(), 6u);
  EXPECT_EQ(std::get<TextStage>((*stages)[0]).name, "austen");
  EXPECT_EQ(std::get<PackStage>((*stages)[2]).time, 256);
  EXPECT_EQ(std::get<SplitStage>((*stages)[3]).part, SplitPart::Valid);
  EXPECT_EQ(std::get<SplitStage>((*stages)[3]).valid, 0.05);
  EXPECT_EQ(std::get<TakeStage>((*stages)[4]).rows, 16);
  EXPECT_EQ(flowOf(*stages), Flow::Batches);
}

TEST(StagesTest, UnknownStagesAndFieldsGetTheNearest) {
  EXPECT_EQ(errorOf(R"([{"stage": "tokenise"}])"),
            "data pipeline, stage 1: unknown stage `tokenise`; did you mean `tokenize`?");
  EXPECT_EQ(errorOf(R"([{"stage": "text", "name": "austen", "pth": "x"}])"),
            "data pipeline, stage 1 (`text`): unknown field `pth`; did you mean `path`?");
  EXPECT_EQ(errorOf("[" + toRows + R"(, {"stage": "take", "m": 1}])"),
            "data pipeline, stage 4 (`take`): `n` is missing; it must be a whole number");
}

TEST(StagesTest, ValuesAreChecked) {
  EXPECT_CONTAINS(errorOf("[" + toRows + R"(, {"stage": "split", "valid": 5}])"),
                  "stage 4 (`split`): `valid` must lie in 0 .. 1, not 5");
  EXPECT_CONTAINS(errorOf("[" + toRows + R"(, {"stage": "split", "valid": 0.1, "part": "test"}])"),
                  "`part` must be `train`, `valid` or `all`, not `test`");
  EXPECT_CONTAINS(
      errorOf(
          R"([{"stage": "text", "name": "a"}, {"stage": "tokenize"}, {"stage": "pack", "time": 0}])"),
      "`time` must lie in 1 .. 16777216, not 0");
  EXPECT_CONTAINS(errorOf(R"([{"stage": "text"}])"), "one of the three");
  EXPECT_CONTAINS(errorOf(R"([{"stage": "text", "paths": [3]}])"), "must be a list of strings");
}

TEST(StagesTest, StagesMustFitTogether) {
  EXPECT_EQ(errorOf(R"([{"stage": "text", "name": "a"}, {"stage": "pack", "time": 8}])"),
            "data pipeline, stage 2 (`pack`): it reads tokens, but what comes before it gives "
            "documents; put `tokenize` before it");
  EXPECT_CONTAINS(errorOf(R"([{"stage": "take", "n": 8}])"),
                  "put `text |> tokenize |> pack` before it");
  EXPECT_CONTAINS(errorOf("[" + toRows + R"(, {"stage": "tokenize"}])"),
                  "it reads documents, but what comes before it gives rows");
}

TEST(StagesTest, OtherJsonIsRefused) {
  EXPECT_EQ(errorOf("["), "data pipeline:1: not valid JSON");
  EXPECT_EQ(errorOf("{}"), "data pipeline: a list with at least one stage is expected");
  EXPECT_EQ(errorOf("[3]"), "data pipeline, stage 1: an object {…} is expected here");
  EXPECT_EQ(errorOf("[{}]"), "data pipeline, stage 1: `stage` is missing; it must be a string");
}

} // namespace
} // namespace rx::runtime
