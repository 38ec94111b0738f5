#include "runtime/io/SpecialPieces.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>

using namespace rx::runtime;
using testing::ElementsAre;

namespace {

std::vector<std::string> show(const std::vector<TextFragment> &fragments) {
  std::vector<std::string> shown;
  for (const TextFragment &fragment : fragments)
    shown.push_back(fragment.id < 0 ? std::string(fragment.text)
                                    : "#" + std::to_string(fragment.id));
  return shown;
}

TEST(SpecialPieces, CutsInOrder) {
  SpecialPieces pieces;
  pieces.add("\n", 1, false);
  pieces.add("\n\n", 2, false);
  pieces.add("<end>", 3, true);
  EXPECT_THAT(show(pieces.split("a\n\n\nb<end>\n", false)),
              ElementsAre("a", "#2", "#1", "b<end>", "#1"));
  EXPECT_THAT(show(pieces.split("a<end><end>b", true)), ElementsAre("a", "#3", "#3", "b"));
  EXPECT_THAT(pieces.split("", true), testing::IsEmpty());
  EXPECT_THAT(show(pieces.split(std::string_view("\0x", 2), true)),
              ElementsAre(std::string("\0x", 2)));
}

TEST(SpecialPieces, LongestOverTheWholeTextBeforeLeftmost) {
  SpecialPieces pieces;
  pieces.add("ab", 1, false);
  pieces.add("bcd", 2, false);
  // The longest match from the left would be "ab".
  EXPECT_THAT(show(pieces.split("abcd", false)), ElementsAre("a", "#2"));
}

TEST(SpecialPieces, AShorterPieceFitsWhereALongerNoLongerDoes) {
  SpecialPieces pieces;
  pieces.add("aab", 1, false);
  pieces.add("a", 2, false);
  pieces.add("aa", 3, false);
  pieces.add("aaaab", 4, false);
  EXPECT_THAT(show(pieces.split("aaaaaab", false)), ElementsAre("#3", "#4"));
  EXPECT_THAT(show(pieces.split("aaaaaabaab", false)), ElementsAre("#3", "#4", "#1"));
}

/// The definition, as slow as it reads.
std::vector<TextFragment> splitByDefinition(const std::vector<std::string> &longestFirst,
                                            std::string_view text) {
  std::vector<TextFragment> fragments;
  if (!text.empty())
    fragments.push_back({text, -1});
  for (size_t id = 0; id < longestFirst.size(); ++id) {
    std::vector<TextFragment> next;
    for (TextFragment fragment : fragments) {
      size_t at;
      while (fragment.id < 0 &&
             (at = fragment.text.find(longestFirst[id])) != std::string_view::npos) {
        if (at > 0)
          next.push_back({fragment.text.substr(0, at), -1});
        next.push_back(
            {fragment.text.substr(at, longestFirst[id].size()), static_cast<int32_t>(id)});
        fragment.text.remove_prefix(at + longestFirst[id].size());
      }
      if (!fragment.text.empty())
        next.push_back(fragment);
    }
    fragments = next;
  }
  return fragments;
}

TEST(SpecialPieces, AgreesWithTheDefinition) {
  std::mt19937 random(3);
  auto randomText = [&](size_t length) {
    std::string text;
    for (size_t i = 0; i < length; ++i)
      text += "abc"[random() % 3];
    return text;
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> pieces;
    for (int i = 0; i < 8; ++i)
      if (std::string piece = randomText(1 + random() % 5);
          std::find(pieces.begin(), pieces.end(), piece) == pieces.end())
        pieces.push_back(piece);
    // Any total order by length will do: ids follow it, and ties go to the lower id.
    std::sort(pieces.begin(), pieces.end(),
              [](const auto &a, const auto &b) { return a.size() > b.size(); });
    SpecialPieces special;
    for (size_t id = 0; id < pieces.size(); ++id)
      special.add(pieces[id], static_cast<int32_t>(id), false);
    std::string text = randomText(random() % 40);
    ASSERT_EQ(show(special.split(text, false)), show(splitByDefinition(pieces, text))) << text;
  }
}

} // namespace
