#include "runtime/io/PreTokenizer.h"
#include "runtime/io/UnicodeClass.h"

#include <gmock/gmock.h>

#include <string>

using namespace rx::runtime;
using testing::ElementsAre;

namespace {

std::vector<std::string> words(std::string_view name, std::string_view text) {
  Expected<PreTokenizer> preTokenizer = PreTokenizer::byName(name);
  EXPECT_TRUE(preTokenizer) << preTokenizer.message();
  std::vector<std::string> result;
  for (std::string_view word : preTokenizer->split(text))
    result.emplace_back(word);
  return result;
}

TEST(UnicodeClass, Boundaries) {
  EXPECT_EQ(unicodeClass('a'), UnicodeClass::Letter);
  EXPECT_EQ(unicodeClass('\n'), UnicodeClass::LineBreak);
  EXPECT_EQ(unicodeClass('\t'), UnicodeClass::Space);
  EXPECT_EQ(unicodeClass(0x1C), UnicodeClass::Other); // a separator, but no White_Space
  EXPECT_EQ(unicodeClass(0x85), UnicodeClass::Space);
  EXPECT_EQ(unicodeClass(0xA0), UnicodeClass::Space);
  EXPECT_EQ(unicodeClass(0x3000), UnicodeClass::Space);
  EXPECT_EQ(unicodeClass(0x200B), UnicodeClass::Other);  // zero width space
  EXPECT_EQ(unicodeClass(0xB2), UnicodeClass::Number);   // superscript two
  EXPECT_EQ(unicodeClass(0x2167), UnicodeClass::Number); // Roman eight
  EXPECT_EQ(unicodeClass(0x301), UnicodeClass::Other);   // combining acute
  EXPECT_EQ(unicodeClass(0x4E2D), UnicodeClass::Letter);
  EXPECT_EQ(unicodeClass(0x10FFFF), UnicodeClass::Other);
}

TEST(PreTokenizer, Gpt2) {
  EXPECT_THAT(words("gpt-2", "Hello  world, it's 42%!"),
              ElementsAre("Hello", " ", " world", ",", " it", "'s", " 42", "%!"));
  EXPECT_THAT(words("gpt-2", "DON'T don't"), ElementsAre("DON", "'", "T", " don", "'t"));
  EXPECT_THAT(words("gpt-2", "a \n b\n\n"), ElementsAre("a", " \n", " b", "\n\n"));
  EXPECT_THAT(words("gpt-2", "a\tb"), ElementsAre("a", "\t", "b"));
  EXPECT_THAT(words("gpt-2", "12345"), ElementsAre("12345"));
}

TEST(PreTokenizer, SingleNumbersAreCutOutFirst) {
  EXPECT_THAT(words("smollm", "in 1984, x2"),
              ElementsAre("in", " ", "1", "9", "8", "4", ",", " x", "2"));
  // The white space before the number ends a stretch, and so stays whole.
  EXPECT_THAT(words("smollm", "a   1"), ElementsAre("a", "   ", "1"));
  EXPECT_THAT(words("starcoder", "\xC2\xBD"), ElementsAre("\xC2\xBD"));
}

TEST(PreTokenizer, Llama3) {
  EXPECT_THAT(words("llama-bpe", "Hello  world, IT'S 12345!"),
              ElementsAre("Hello", " ", " world", ",", " IT", "'S", " ", "123", "45", "!"));
  EXPECT_THAT(words("llama-bpe", "a\n\n  b.\n\nc"),
              ElementsAre("a", "\n\n", " ", " b", ".\n\n", "c"));
  EXPECT_THAT(words("llama-bpe", "(x) \t\n"), ElementsAre("(x", ")", " \t\n"));
  EXPECT_THAT(words("llama-bpe", "  \n  x"), ElementsAre("  \n", " ", " x"));
}

TEST(PreTokenizer, Qwen2) { EXPECT_THAT(words("qwen2", "x 42"), ElementsAre("x", " ", "4", "2")); }

TEST(PreTokenizer, BytesThatAreNoTextAreKept) {
  EXPECT_THAT(words("gpt-2", "a\xFF\xFE b"), ElementsAre("a", "\xFF\xFE", " b"));
}

TEST(PreTokenizer, UnknownNamesAreErrors) {
  EXPECT_EQ(PreTokenizer::byName("default").message(),
            "the pre-tokenizer 'default' is not supported, only gpt-2, smollm, starcoder, "
            "llama-bpe, qwen2");
}

} // namespace
