#include "runtime/infer/TextStream.h"
#include "tests/runtime/infer/ByteVocabulary.h"

#include <gmock/gmock.h>

using namespace rx::runtime;
using namespace rx::runtime::test;
using testing::ElementsAre;

namespace {

/// What each byte of `text`, as a token, makes certain; last what finish() gives.
std::vector<std::string> pieces(TextStream &stream, std::string_view text) {
  std::vector<std::string> all;
  for (char byte : text)
    all.push_back(stream.push(tokenOf(byte)));
  all.push_back(stream.finish());
  return all;
}

TEST(TextStream, HoldsBackUnfinishedCharacters) {
  TextStream stream(byteTokenizer(), {});
  EXPECT_THAT(pieces(stream, "aé€🙂b"),
              ElementsAre("a", "", "é", "", "", "€", "", "", "", "🙂", "b", ""));
}

TEST(TextStream, ReplacesWhatIsNoCharacter) {
  TextStream stream(byteTokenizer(), {});
  EXPECT_THAT(pieces(stream, "\xC3"), ElementsAre("", "\uFFFD")) << "never finished";
  TextStream other(byteTokenizer(), {});
  EXPECT_THAT(pieces(other, "a\xFFz"), ElementsAre("a", "\uFFFD", "z", ""));
}

TEST(TextStream, StopStringsOfSeveralBytesEndIt) {
  TextStream stream(byteTokenizer(), {"€!"});
  EXPECT_THAT(pieces(stream, "1€2€!3"), ElementsAre("1", "", "", "", "€2", "", "", "", "", "", ""));
  EXPECT_EQ(stream.reason(), StopReason::StopString);
}

TEST(TextStream, EndsWithTheEndOfTheText) {
  TextStream stream(byteTokenizer(), {});
  EXPECT_EQ(stream.push(tokenOf('a')), "a");
  EXPECT_EQ(stream.push(endToken), "");
  EXPECT_EQ(stream.reason(), StopReason::EndOfText);
  EXPECT_EQ(stream.push(tokenOf('b')), "") << "nothing comes after it";
}

TEST(TextStream, ControlTokensLeaveNoText) {
  TextStream stream(byteTokenizer(), {});
  EXPECT_EQ(stream.push(turnToken), "");
  EXPECT_EQ(stream.push(tokenOf('a')), "a");
  EXPECT_EQ(stream.reason(), StopReason::None);
}

TEST(TextStream, GivesWhatWasHeldForAStopStringAtTheEnd) {
  TextStream stream(byteTokenizer(), {"END"});
  EXPECT_EQ(stream.push(tokenOf('E')), "");
  EXPECT_EQ(stream.push(endToken), "");
  EXPECT_EQ(stream.finish(), "E");
}

} // namespace
