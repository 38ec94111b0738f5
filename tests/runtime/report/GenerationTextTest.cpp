#include "runtime/report/GenerationText.h"

#include <gmock/gmock.h>

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

} // namespace
