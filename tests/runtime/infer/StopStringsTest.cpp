#include "runtime/infer/StopStrings.h"

#include <gmock/gmock.h>

#include <random>

using rx::runtime::StopStrings;

namespace {

/// All that comes out, and whether a stop string was found, when `text` arrives in these pieces.
std::pair<std::string, bool> read(const std::vector<std::string> &stops,
                                  const std::vector<std::string> &pieces) {
  StopStrings reader(stops);
  std::string all;
  for (const std::string &piece : pieces)
    all += reader.push(piece);
  all += reader.finish();
  return {all, reader.isFound()};
}

/// The definition, over the whole text: the first end of any stop string, and the longest there.
std::pair<std::string, bool> wanted(const std::vector<std::string> &stops,
                                    const std::string &text) {
  for (size_t end = 1; end <= text.size(); ++end) {
    size_t longest = 0;
    for (const std::string &stop : stops)
      if (stop.size() <= end && text.compare(end - stop.size(), stop.size(), stop) == 0)
        longest = std::max(longest, stop.size());
    if (longest > 0)
      return {text.substr(0, end - longest), true};
  }
  return {text, false};
}

TEST(StopStrings, EndsBeforeAStopString) {
  EXPECT_EQ(read({"\n\n"}, {"one\n", "two\n\nthree"}), std::pair(std::string("one\ntwo"), true));
}

TEST(StopStrings, MatchesAcrossPieces) {
  EXPECT_EQ(read({"END"}, {"the E", "N", "D of it"}), std::pair(std::string("the "), true));
}

TEST(StopStrings, HoldsBackOnlyWhatMayBecomeOne) {
  StopStrings reader({"END"});
  EXPECT_EQ(reader.push("the E"), "the ");
  EXPECT_EQ(reader.push("N"), "");
  EXPECT_EQ(reader.push("d"), "ENd");
  EXPECT_FALSE(reader.isFound());
}

TEST(StopStrings, GivesTheHeldTextAtTheEnd) {
  StopStrings reader({"END"});
  EXPECT_EQ(reader.push("the EN"), "the ");
  EXPECT_EQ(reader.finish(), "EN");
}

TEST(StopStrings, TakesTheOneCompleteFirst) {
  EXPECT_EQ(read({"abcd", "bc"}, {"xabcd"}), std::pair(std::string("xa"), true));
}

TEST(StopStrings, TakesTheLongestOfThoseCompleteAtOnce) {
  EXPECT_EQ(read({"c", "abc"}, {"xabc"}), std::pair(std::string("x"), true));
}

TEST(StopStrings, FindsNothingAfterTheEnd) {
  StopStrings reader({"."});
  EXPECT_EQ(reader.push("a.b"), "a");
  EXPECT_EQ(reader.push("c"), "");
  EXPECT_EQ(reader.finish(), "");
}

TEST(StopStrings, IgnoresEmptyOnes) {
  EXPECT_EQ(read({""}, {"a", "b"}), std::pair(std::string("ab"), false));
}

/// Texts over two letters, so that stop strings overlap themselves and each other.
TEST(StopStrings, DoesNotDependOnWhereThePiecesAreCut) {
  std::mt19937 random(7);
  auto word = [&](size_t most) {
    std::string text;
    for (size_t length = random() % most + 1; length > 0; --length)
      text += random() % 2 ? 'a' : 'b';
    return text;
  };
  int found = 0;
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::string> stops = {word(6)}, pieces;
    if (round % 2)
      stops.push_back(word(6));
    std::string text;
    for (int i = 0; i < 6; ++i)
      text += pieces.emplace_back(word(4));
    auto expected = wanted(stops, text);
    found += expected.second;
    ASSERT_EQ(read(stops, pieces), expected) << text << " before " << stops.front();
  }
  EXPECT_GT(found, 1000);
  EXPECT_LT(found, 4990);
}

} // namespace
