// Damaged programs: the parser must report or accept, never crash, and what it accepts the
// formatter must print so that it parses again to the same text. Seed and number of programs are
// fixed.
#include "tests/compiler/parse/Parsed.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

namespace {

std::vector<std::string> programs() {
  std::vector<std::string> texts = {readText("tests/grammar/constructs.rx")};
  for (const auto &entry : std::filesystem::directory_iterator("tests/grammar/papers"))
    if (entry.path().extension() == ".rx")
      texts.push_back(readText(entry.path().string()));
  std::sort(texts.begin() + 1, texts.end()); // the folder's order is not fixed
  return texts;
}

void checkRoundTrip(const std::string &text) {
  Parsed first(text);
  if (!first.file) {
    EXPECT_TRUE(first.diagnostics.hasErrors()) << text;
    first.messages();
    return;
  }
  rx::ast::dump(*first.file);
  std::string formatted = rx::ast::format(*first.file);
  Parsed second(formatted);
  ASSERT_NE(second.file, nullptr) << second.messages() << "--- from ---\n"
                                  << text << "\n--- formatted ---\n"
                                  << formatted;
  EXPECT_EQ(rx::ast::dump(*second.file), rx::ast::dump(*first.file)) << text;
  EXPECT_EQ(rx::ast::format(*second.file), formatted) << text;
}

TEST(Mutation, DamagedPapers) {
  std::vector<std::string> texts = programs();
  ASSERT_EQ(texts.size(), 11u);
  std::mt19937 random(20240229);
  auto below = [&](size_t n) { return random() % n; };
  for (int round = 0; round < 1500; ++round) {
    std::string text = texts[below(texts.size())];
    size_t begin = below(text.size());
    text = text.substr(begin, 1 + below(1500)); // short, so that many rounds fit
    for (size_t edits = below(4); edits-- > 0 && !text.empty();) {
      size_t at = below(text.size()), count = 1 + below(8);
      switch (below(4)) {
      case 0:
        text.erase(at, count);
        break;
      case 1:
        text.insert(at, text.substr(below(text.size()), count));
        break;
      case 2:
        text[at] = static_cast<char>(below(256));
        break;
      default:
        text.insert(at, 1, "(){}[],;\n\"=~.:|*-+/^ %#"[below(24)]);
        break;
      }
    }
    checkRoundTrip(text);
    if (HasFatalFailure())
      return;
  }
}

TEST(Mutation, TokenSoup) {
  const std::vector<std::string> words = {
      "model ", "fn ",    "if ",   "then ", "else ",  "x",       "y",    "sum", "f32",
      "1",      "5%",     "\"s\"", "(",     ")",      "[",       "]",    "{",   "}",
      "=",      "~",      "+",     "-",     "*",      "/",       "^",    "==",  "<",
      "and ",   "not ",   ",",     ":",     "..",     ".",       "->",   "|>",  "|",
      "?",      "\n",     ";",     "with ", "by ",    "over ",   "for ", "in ", "repeat ",
      "stack ", "train ", "next ", "keep ", "// c\n", "/// d\n", "none", "*",   " "};
  std::mt19937 random(7);
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    for (size_t length = random() % 40; length-- > 0;)
      text += words[random() % words.size()];
    checkRoundTrip(text);
    if (HasFatalFailure())
      return;
  }
}

} // namespace
