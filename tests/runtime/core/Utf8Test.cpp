#include "runtime/core/Utf8.h"

#include <gtest/gtest.h>

using namespace rx::runtime;

namespace {

TEST(Utf8, EveryCodePointRoundTrips) {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF)
      continue;
    std::string text;
    appendUtf8(text, code);
    Utf8Step step = decodeUtf8(text, 0);
    ASSERT_TRUE(step.valid) << std::hex << uint32_t(code);
    ASSERT_EQ(step.codePoint, code);
    ASSERT_EQ(step.length, text.size());
  }
}

TEST(Utf8, WhatIsNoCharacterIsAppendedAsTheReplacement) {
  for (char32_t code : {0xD800u, 0xDFFFu, 0x110000u, 0xFFFFFFFFu}) {
    std::string text;
    appendUtf8(text, code);
    EXPECT_EQ(text, "\xEF\xBF\xBD");
  }
}

TEST(Utf8, RejectsWhatRfc3629Forbids) {
  for (std::string_view bad : {
           "\x80",             // continuation alone
           "\xC0\x80",         // overlong NUL
           "\xC1\xBF",         // overlong
           "\xE0\x9F\xBF",     // overlong, three bytes
           "\xF0\x8F\xBF\xBF", // overlong, four bytes
           "\xED\xA0\x80",     // surrogate
           "\xF4\x90\x80\x80", // above U+10FFFF
           "\xF5\x80\x80\x80",
           "\xFF",
           "\xE2\x82",
           "\xE2\x28\xA1",
           "\xC3",
       }) {
    EXPECT_EQ(findInvalidUtf8(bad), 0u);
    EXPECT_FALSE(decodeUtf8(bad, 0).valid);
    EXPECT_EQ(decodeUtf8(bad, 0).length, 1);
  }
  EXPECT_EQ(findInvalidUtf8("ab\xC3\xA9\xFFz"), 4u);
  EXPECT_TRUE(isValidUtf8(std::string_view("a\0b", 3)));
  EXPECT_TRUE(isValidUtf8(""));
}

TEST(Utf8, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(escapeControls("a\x1b[1mb\n\t\xC2\x9B\x7F\xC3\xA9\xFF"),
            "a\\x1b[1mb\\x0a\\x09\\xc2\\x9b\\x7f\xC3\xA9\\xff");
  EXPECT_EQ(escapeControls("a\r\n\tb", "\n\t"), "a\\x0d\n\tb");
}

TEST(Utf8, HoldsBackOnlyWhatCanStillBecomeACharacter) {
  EXPECT_EQ(incompleteUtf8Tail(""), 0u);
  EXPECT_EQ(incompleteUtf8Tail("abc"), 0u);
  EXPECT_EQ(incompleteUtf8Tail("a\xC3"), 1u);
  EXPECT_EQ(incompleteUtf8Tail("\xE2\x82"), 2u);
  EXPECT_EQ(incompleteUtf8Tail("\xF0\x9F\x98"), 3u);
  EXPECT_EQ(incompleteUtf8Tail("\xF0\x9F\x98\x80"), 0u);
  EXPECT_EQ(incompleteUtf8Tail("\xED\xA0"), 0u); // would be a surrogate
  EXPECT_EQ(incompleteUtf8Tail("\x80\x80\x80"), 0u);
  EXPECT_EQ(incompleteUtf8Tail("\xFF"), 0u);
}

TEST(Utf8, ReplacesByteByByte) {
  EXPECT_EQ(replaceInvalidUtf8("a\xE2\x82z\xC3\xA9"), "a\xEF\xBF\xBD\xEF\xBF\xBDz\xC3\xA9");
}

} // namespace
