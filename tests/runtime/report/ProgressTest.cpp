#include "runtime/report/Progress.h"
#include "tests/runtime/data/TempFolder.h"

#include <gtest/gtest.h>

using namespace rx::runtime;
using namespace rx::runtime::test;

namespace {

std::string lineOf(const std::string &what, int64_t done, int64_t total, int64_t tokens,
                   double seconds, size_t columns) {
  Progress progress(what, nullptr);
  progress.update(done, total, tokens);
  return progress.line(seconds, columns);
}

TEST(Progress, LineHoldsBarCountRateAndTimeLeft) {
  std::string line = lineOf("source, perplexity", 4, 16, 1024, 2.0, 120);
  EXPECT_CONTAINS(line, "source, perplexity  █████░░░░░░░░░░░░░░░  4/16 batches");
  EXPECT_CONTAINS(line, "512 tokens/s  6 s left");
}

TEST(Progress, TheFirstLineHasNoRate) {
  EXPECT_EQ(lineOf("a", 0, 3, 0, 0, 80), "a  ░░░░░░░░░░░░░░░░░░░░  0/3 batches");
}

TEST(Progress, LongTimesAreMinutesAndHours) {
  EXPECT_CONTAINS(lineOf("a", 1, 61, 1, 10, 80), "10 min left");
  EXPECT_CONTAINS(lineOf("a", 1, 3601, 1, 10, 80), "10.0 h left");
}

TEST(Progress, ANarrowTerminalCutsTheNameFirst) {
  std::string name(100, 'n');
  std::string line = lineOf(name, 4, 16, 1024, 2.0, 80);
  EXPECT_CONTAINS(line, "nnn…");
  EXPECT_CONTAINS(line, "6 s left");
  EXPECT_EQ(lineOf(name, 4, 16, 1024, 2.0, 10), "4/16 batch");
}

TEST(Progress, PipedOutputGetsOneLinePerFinishedValue) {
  TempFolder temp;
  auto file = temp.path() / "out";
  std::FILE *out = std::fopen(file.c_str(), "w");
  {
    Progress progress("source, perplexity", out);
    for (int i = 1; i <= 3; ++i)
      progress.update(i, 3, 256 * i);
    progress.finish("40.3");
    Progress unfinished("tied, perplexity", out);
    unfinished.update(1, 3, 256);
  }
  std::fclose(out);
  std::string text = readFile(file);
  EXPECT_CONTAINS(text, "source, perplexity: 40.3 (3 batches, 768 tokens, ");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Progress, WithoutAStreamNothingIsShown) {
  Progress progress("a", nullptr);
  progress.update(1, 1, 1);
  progress.finish("1");
}

} // namespace
