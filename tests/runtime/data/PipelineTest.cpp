#include "runtime/data/Pipeline.h"
#include "tests/runtime/data/TempFolder.h"

#include <gtest/gtest.h>

#include <numeric>

namespace rx::runtime {
namespace {

using namespace test;
using Ids = std::vector<int32_t>;

constexpr int32_t bos = 999;

/// One token per byte, so that every expectation can be read off the text.
class PipelineTest : public testing::Test {
protected:
  PipelineTest() {
    inputs.folder = folder.path();
    inputs.fetch = {folder.path() / "cache", nullptr};
    inputs.encoder = {"bytes 1", bos, [this](std::string_view text) -> Expected<Ids> {
                        ++encodings;
                        return Ids(text.begin(), text.end());
                      }};
  }

  Expected<PipelineOutput> run(const std::string &afterText, int time = 4) {
    auto stages =
        parseStages(R"([{"stage": "text", "paths": ["a.txt", "b.txt"]}, {"stage": "tokenize"},
                                {"stage": "pack", "time": )" +
                    std::to_string(time) + "}" + afterText + "]");
    EXPECT_TRUE(stages) << stages.message();
    return runPipeline(*stages, inputs);
  }

  static std::string y(const TokenRows &rows, int64_t row) {
    Ids x(static_cast<size_t>(rows.time())), y(x.size());
    rows.copy(row, x, y);
    EXPECT_EQ(x[0], bos);
    EXPECT_TRUE(std::equal(x.begin() + 1, x.end(), y.begin()));
    return {y.begin(), y.end()};
  }

  /// 20 rows of 4: "00..", "01..", ...
  void writeTwentyRows() {
    std::string text;
    for (int row = 0; row < 20; ++row)
      text += fmt::format("{:02}..", row);
    folder.write("a.txt", text.substr(0, 30));
    folder.write("b.txt", text.substr(30));
  }

  TempFolder folder;
  PipelineInputs inputs;
  int encodings = 0;
};

TEST_F(PipelineTest, RowsCrossDocumentsAndDropTheRest) {
  folder.write("a.txt", "abcdef");
  folder.write("b.txt", "ghijk");
  auto output = run("");
  ASSERT_TRUE(output) << output.message();
  EXPECT_EQ(output->documents, 2);
  EXPECT_EQ(output->tokens, 11);
  ASSERT_EQ(output->rows.count(), 2);
  EXPECT_EQ(y(output->rows, 0), "abcd");
  EXPECT_EQ(y(output->rows, 1), "efgh");
}

TEST_F(PipelineTest, SplitTakesTheLastRows) {
  writeTwentyRows();
  auto valid = run(R"(, {"stage": "split", "valid": 0.1, "part": "valid"})");
  auto train = run(R"(, {"stage": "split", "valid": 0.1, "part": "train"})");
  auto all = run(R"(, {"stage": "split", "valid": 0.1})");
  ASSERT_TRUE(valid && train && all);
  EXPECT_EQ(all->rows.count(), 20);
  EXPECT_EQ(train->rows.count(), 18);
  EXPECT_EQ(y(train->rows, 17), "17..");
  ASSERT_EQ(valid->rows.count(), 2);
  EXPECT_EQ(y(valid->rows, 0), "18..");
}

TEST_F(PipelineTest, ValidRowsAreRounded) {
  EXPECT_EQ(validRows(100, 0.05), 5);
  EXPECT_EQ(validRows(109, 0.05), 5);
  EXPECT_EQ(validRows(110, 0.05), 6);
  EXPECT_EQ(validRows(3, 0.05), 1);
  EXPECT_EQ(validRows(1, 0.05), 0);
  EXPECT_EQ(validRows(7, 0.0), 0);
  EXPECT_EQ(validRows(7, 1.0), 7);
}

TEST_F(PipelineTest, SkipAndTakeCountRows) {
  writeTwentyRows();
  auto output = run(R"(, {"stage": "skip", "n": 3}, {"stage": "take", "n": 2})");
  ASSERT_TRUE(output);
  ASSERT_EQ(output->rows.count(), 2);
  EXPECT_EQ(y(output->rows, 1), "04..");
  EXPECT_EQ(run(R"(, {"stage": "skip", "n": 18}, {"stage": "take", "n": 99})")->rows.count(), 2);
}

TEST_F(PipelineTest, AStageThatLeavesNoRowsSaysSo) {
  writeTwentyRows();
  EXPECT_EQ(run(R"(, {"stage": "skip", "n": 99})").message(), "skip(99) leaves none of 20 rows");
  EXPECT_EQ(run(R"(, {"stage": "split", "valid": 0, "part": "valid"})").message(),
            "split: valid = 0 leaves no `.valid` of 20 rows");
  EXPECT_EQ(run(R"(, {"stage": "split", "valid": 1, "part": "train"})").message(),
            "split: valid = 1 leaves no `.train` of 20 rows");
}

TEST_F(PipelineTest, TheLastBatchHoldsTheRest) {
  writeTwentyRows();
  auto output = run(R"(, {"stage": "take", "n": 7}, {"stage": "batches", "size": 3})");
  ASSERT_TRUE(output);
  EXPECT_EQ(output->batchSize, 3);
  TokenBatches batches = output->batches(output->batchSize);
  ASSERT_EQ(batches.count(), 3);
  TokenBatch batch;
  batches.copy(1, batch);
  EXPECT_EQ(batch.rows, 3);
  EXPECT_EQ(std::string(batch.y.begin(), batch.y.end()), "03..04..05..");
  EXPECT_EQ(batch.x[4], bos);
  batches.copy(2, batch);
  EXPECT_EQ(batch.rows, 1);
  EXPECT_EQ(batch.x.size(), 4u);
}

TEST_F(PipelineTest, ADocumentIsEncodedOnce) {
  folder.write("a.txt", "abcd");
  folder.write("b.txt", "efgh");
  ASSERT_TRUE(run(""));
  auto again = run("");
  ASSERT_TRUE(again);
  EXPECT_EQ(encodings, 2);
  EXPECT_EQ(y(again->rows, 1), "efgh");
  folder.write("b.txt", "EFGH");
  EXPECT_EQ(y(run("")->rows, 1), "EFGH");
  EXPECT_EQ(encodings, 3);
  inputs.encoder.identity = "bytes 2";
  ASSERT_TRUE(run(""));
  EXPECT_EQ(encodings, 5);
}

TEST_F(PipelineTest, ADamagedTokenFileIsReplaced) {
  folder.write("a.txt", "abcd");
  folder.write("b.txt", "efgh");
  ASSERT_TRUE(run(""));
  for (const auto &entry : std::filesystem::directory_iterator(folder.path() / "cache/tokens")) {
    std::string bytes = readFile(entry.path());
    bytes.back() ^= 1;
    std::ofstream(entry.path(), std::ios::binary) << bytes;
  }
  auto output = run("");
  ASSERT_TRUE(output);
  EXPECT_EQ(y(output->rows, 0) + y(output->rows, 1), "abcdefgh");
  EXPECT_EQ(encodings, 4);
  ASSERT_TRUE(run(""));
  EXPECT_EQ(encodings, 4);
}

TEST_F(PipelineTest, ErrorsSayWhichStageFailed) {
  folder.write("a.txt", "ab");
  EXPECT_CONTAINS(run("").message(), "b.txt: no such file");
  folder.write("b.txt", "c");
  EXPECT_EQ(run("").message(), "pack: 3 tokens do not fill one row of time = 4");
  inputs.encoder.encode = [](std::string_view) -> Expected<Ids> { return makeError("bad byte"); };
  inputs.encoder.identity = "failing";
  EXPECT_EQ(run("").message(), "tokenize: bad byte");
  inputs.encoder.bos = -1;
  inputs.encoder.identity = "bytes 1";
  EXPECT_CONTAINS(run("", 2).message(), "no beginning-of-sequence token");
}

TEST_F(PipelineTest, APipelineMustReachRows) {
  auto stages = parseStages(R"([{"stage": "text", "path": "a.txt"}, {"stage": "tokenize"}])");
  EXPECT_CONTAINS(runPipeline(*stages, inputs).message(), "it ends in tokens");
}

TEST_F(PipelineTest, ANamedTextNeedsALock) {
  auto stages = parseStages(
      R"([{"stage": "text", "name": "austen"}, {"stage": "tokenize"}, {"stage": "pack", "time": 4}])");
  EXPECT_CONTAINS(runPipeline(*stages, inputs).message(), "needs an rxc.lock");
}

TEST_F(PipelineTest, TheHeadIsShort) {
  folder.write("a.txt", std::string(200, 'a'));
  folder.write("b.txt", "");
  auto output = run("", 100);
  ASSERT_TRUE(output);
  std::string head = describeHead(output->rows, 1, [](std::span<const int32_t> ids) {
    return std::string(ids.begin(), ids.end());
  });
  EXPECT_CONTAINS(head, "2 rows {x: i32[100], y: i32[100]}\nrow 0\n  x     999, 97, 97, 97,");
  EXPECT_CONTAINS(head, "  text  " + std::string(72, 'a') + "…\n");
}

} // namespace
} // namespace rx::runtime
