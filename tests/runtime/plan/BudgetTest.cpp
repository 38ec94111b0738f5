#include "runtime/plan/Budget.h"
#include "tests/runtime/plan/PlanFixture.h"

#include <gtest/gtest.h>

namespace rx::runtime {
namespace {

using namespace test;

TEST(Budget, ReadsWhatItWrites) {
  for (int64_t bytes : {int64_t(1), int64_t(999), int64_t(1400000000), int64_t(12300000)})
    EXPECT_EQ(parseBytes(bytesText(bytes)).valueOr(0), bytes) << bytesText(bytes);
  EXPECT_EQ(parseBytes("8GB").valueOr(0), 8000000000);
  EXPECT_EQ(parseBytes("1.5 GB").valueOr(0), 1500000000);
  EXPECT_EQ(parseBytes("4096").valueOr(0), 4096);
  for (const char *text : {"", "GB", "-1GB", "0", "1 parsec", "nan", "1e30", "8GB "})
    EXPECT_CONTAINS(parseBytes(text).message(), "is no amount of memory; write 8GB");
}

class BudgetOfTwo : public testing::Test {
protected:
  BudgetOfTwo() {
    // Both programs read w0 and w1; the state of the second is kept beside the first.
    json counter = program({buffer("input", "f32[b, 2]", "x"), buffer("state", "f32[b, 2]", "sum"),
                            buffer("parameter", "f32[2]", "w0"), buffer("output", "f32[b, 2]"),
                            buffer("output", "f32[b, 2]")},
                           {launch(Scale, {0, 2}, {3}), launch(Add, {1, 3}, {4})}, json::array());
    counter["nextStates"] = {output("sum", 4)};
    writeBundle(folder, planOf({{"loop", loopProgram()}, {"counter", counter}}),
                manifestOf({weight("w0"), weight("w1")}));
    bundle.emplace(openBundle(folder));
    EXPECT_TRUE(*bundle) << bundle->message();
  }

  PlannedRun run(const char *name, int64_t batch) {
    const Program &program = (*bundle)->plan().programs.find(name)->second;
    auto planned = planRun(program, {{"x", {batch, 2}}, {"sum", {batch, 2}}});
    EXPECT_TRUE(planned) << planned.message();
    return *planned;
  }

  TempFolder folder;
  std::optional<Expected<Bundle>> bundle;
};

TEST_F(BudgetOfTwo, WeightsCountOnceTheRestIsThatOfTheLargest) {
  ParameterStore store(**bundle, [](auto &, auto &, std::span<float>) { return Status::ok(); });
  auto plan = [&](std::vector<PlannedRun> runs) {
    auto report = planMemory({**bundle, store}, runs);
    EXPECT_TRUE(report) << report.message();
    return *report;
  };
  MemoryReport loop = plan({run("loop", 16)}), counter = plan({run("counter", 100)});
  MemoryReport both = plan({run("loop", 16), run("counter", 100), run("loop", 4)});
  EXPECT_EQ(loop.parameters, 16);
  EXPECT_EQ(counter.parameters, 8);
  EXPECT_EQ(both.parameters, 16);
  EXPECT_EQ(both.arena, loop.arena);
  EXPECT_EQ(both.inputs, counter.inputs);
  EXPECT_EQ(both.states, 800);
}

TEST_F(BudgetOfTwo, WeightsThatALaterStageReadsStay) {
  ParameterStore store(**bundle, [](auto &, auto &, std::span<float>) { return Status::ok(); });
  std::vector<PlannedRun> runs = {run("counter", 1), run("loop", 1), run("counter", 1)};
  for (int i = 0; i < 3; ++i)
    runs[i].stage = i;
  auto report = planMemory({**bundle, store}, runs);
  ASSERT_TRUE(report) << report.message();
  EXPECT_EQ(report->parameters, 16);
}

TEST_F(BudgetOfTwo, RefusalsAreAnnouncedAndShrinkEveryRun) {
  ParameterStore store(**bundle, [](auto &, auto &, std::span<float>) { return Status::ok(); });
  std::vector<PlannedRun> runs = {run("loop", 1000), run("counter", 1000)};
  std::FILE *told = std::tmpfile();
  auto status = admitRuns({**bundle, store}, runs, "all",
                          {.bytes = 9000, .tokenizers = 500, .announce = told});
  ASSERT_FALSE(status);
  std::string message(status.message());
  EXPECT_CONTAINS(message, "all needs ");
  EXPECT_CONTAINS(message, "tokenizer 500 B), but 9.00 kB are available; b = ");
  int64_t fits = std::stoll(message.substr(message.find("; b = ") + 6));
  auto admit = [&](int64_t batch) {
    std::vector<PlannedRun> smaller = {run("loop", batch), run("counter", batch)};
    return admitRuns({**bundle, store}, smaller, "all", {.bytes = 9000, .tokenizers = 500})
        .hasValue();
  };
  EXPECT_TRUE(admit(fits));
  EXPECT_FALSE(admit(fits + 16));

  std::rewind(told);
  char line[256] = {};
  ASSERT_TRUE(std::fgets(line, sizeof line, told));
  EXPECT_CONTAINS(line, "memory: ");
  EXPECT_CONTAINS(line, " at the peak, 9.00 kB available\n");
  EXPECT_FALSE(std::fgets(line, sizeof line, told));
  std::fclose(told);
}

} // namespace
} // namespace rx::runtime
