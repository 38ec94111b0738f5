#include "runtime/report/GenerationText.h"

#include "runtime/core/Utf8.h"

#include <fmt/format.h>

#include <unistd.h>

namespace rx::runtime {

namespace {

constexpr std::string_view separator = "---\n";

std::string closing(StopReason reason) { return fmt::format("\n[{}]\n", stopReasonName(reason)); }

} // namespace

std::string textOf(const GenerationRequest &request, const Generation &generation) {
  std::string text = request.title() + "\n";
  for (size_t i = 0; i < generation.texts.size(); ++i)
    text += request.prompts[i] + generation.texts[i].text + closing(generation.texts[i].reason);
  return text;
}

std::string ratesText(const Generation &generation) {
  return fmt::format(
      "{} tokens of prompts read at {:.0f} tokens/s, {} generated at {:.1f} tokens/s",
      generation.promptTokens, generation.promptRate(), generation.generatedTokens(),
      generation.stepRate());
}

GenerationPrinter::GenerationPrinter(std::FILE *out, const GenerationRequest &request, bool framed)
    : out(out), isTerminal(::isatty(::fileno(out))), request(request), framed(framed),
      waiting(request.prompts.size()), reasons(request.prompts.size(), StopReason::None) {
  if (framed)
    put(request.title() + "\n");
  open();
}

GenerationPrinter::~GenerationPrinter() {
  if (lineOpen)
    put("\n");
}

void GenerationPrinter::put(std::string_view text) {
  if (text.empty())
    return;
  std::string escaped = isTerminal ? escapeControls(text, "\n\t") : std::string();
  std::string_view written = isTerminal ? escaped : text;
  std::fwrite(written.data(), 1, written.size(), out);
  std::fflush(out);
  lineOpen = text.back() != '\n';
}

void GenerationPrinter::open() {
  if (current < request.prompts.size())
    put(request.prompts[current]);
}

void GenerationPrinter::grow(size_t index, std::string_view text, StopReason reason) {
  waiting[index] += text;
  reasons[index] = reason;
  while (current < waiting.size()) {
    put(std::exchange(waiting[current], {}));
    if (reasons[current] == StopReason::None)
      return;
    put(framed ? closing(reasons[current]) : "\n");
    if (++current < waiting.size() && !framed)
      put(separator);
    open();
  }
}

void GenerationPrinter::whole(const Generation &generation) {
  for (size_t i = 0; i < generation.texts.size(); ++i)
    grow(i, generation.texts[i].text, generation.texts[i].reason);
}

} // namespace rx::runtime
