#include "runtime/report/GenerationText.h"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <memory>

using namespace rx::runtime;

namespace {

GenerationRequest twoPrompts() {
  GenerationRequest request;
  request.model = "tied";
  request.prompts = {"One", "Two"};
  return request;
}

/// What a printer writes while texts grow as `grow` says.
template <typename Grow> std::string printed(bool framed, const Grow &grow) {
  GenerationRequest request = twoPrompts();
  char *text = nullptr;
  size_t size = 0;
  std::FILE *out = open_memstream(&text, &size);
  {
    GenerationPrinter printer(out, request, framed);
    grow(printer);
  }
  std::fclose(out);
  std::string result(text, size);
  std::free(text);
  return result;
}

TEST(GenerationText, TitlesNameWhatMatters) {
  GenerationRequest request = twoPrompts();
  EXPECT_EQ(request.title(), "tied continues, greedy, at most 100 tokens");
  request.settings = {.tokens = 1, .sampling = {.temperature = 0.5, .topK = 9, .topP = 0.9}};
  EXPECT_EQ(request.title(),
            "tied continues, temperature 0.5, top-k 9, top-p 0.9, seed 1, at most 1 token");
}

TEST(GenerationText, GrowingTextsAreWrittenInOrderAsTheWholeIs) {
  Generation whole;
  whole.texts = {{{1, 2}, " and more", StopReason::Length}, {{3}, " too", StopReason::EndOfText}};
  std::string streamed = printed(true, [](GenerationPrinter &printer) {
    printer.grow(1, " t", StopReason::None);
    printer.grow(0, " and", StopReason::None);
    printer.grow(1, "oo", StopReason::None);
    printer.grow(1, "", StopReason::EndOfText);
    printer.grow(0, " more", StopReason::None);
    printer.grow(0, "", StopReason::Length);
  });
  EXPECT_EQ(streamed, textOf(twoPrompts(), whole));
  EXPECT_EQ(streamed, "tied continues, greedy, at most 100 tokens\n"
                      "One and more\n[length]\nTwo too\n[end of text]\n");
}

TEST(GenerationText, TheFirstTextAppearsAsItGrows) {
  std::string streamed = printed(false, [](GenerationPrinter &printer) {
    printer.grow(1, " hidden", StopReason::None);
    printer.grow(0, " seen", StopReason::None);
  });
  EXPECT_EQ(streamed, "One seen\n") << "and an unfinished line is ended";
}

TEST(GenerationText, PlainTextsHaveALineBetweenThem) {
  std::string streamed = printed(false, [](GenerationPrinter &printer) {
    printer.grow(0, "!", StopReason::Length);
    printer.grow(1, "?", StopReason::Length);
  });
  EXPECT_EQ(streamed, "One!\n---\nTwo?\n");
}

/// A text may hold what a terminal would obey; a file gets it as it is.
TEST(GenerationText, ATerminalIsShownNoControlCharacters) {
  std::string hostile = "a\x1b[2Jb\tc\r\n\xC2\x9B"
                        "d\x7F\xC3\xA9";
  auto grow = [&](GenerationPrinter &printer) { printer.grow(0, hostile, StopReason::None); };
  EXPECT_EQ(printed(false, grow), "One" + hostile + "\n");

  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_TRUE(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
  std::FILE *out = std::fopen(ptsname(terminal), "w");
  ASSERT_TRUE(out);
  termios raw = {};
  tcgetattr(fileno(out), &raw);
  cfmakeraw(&raw);
  tcsetattr(fileno(out), TCSANOW, &raw);
  GenerationRequest request = twoPrompts();
  GenerationPrinter(out, request, false).grow(0, hostile, StopReason::None);
  std::fclose(out);
  std::string shown;
  char byte;
  while (read(terminal, &byte, 1) == 1)
    shown += byte;
  close(terminal);
  EXPECT_EQ(shown, "Onea\\x1b[2Jb\tc\\x0d\n\\xc2\\x9bd\\x7f\xC3\xA9\n");
}

} // namespace
