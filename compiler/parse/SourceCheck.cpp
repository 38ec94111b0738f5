//===- SourceCheck.cpp - Is this a text file at all? -----------------------===//

#include "compiler/parse/SourceCheck.h"

namespace rx::parse {
namespace {

constexpr size_t maxSourceBytes = 16u << 20;

/// Length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none (Unicode
/// standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
size_t sequenceLength(std::string_view text) {
  auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto continues = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  unsigned lead = byte(0);
  if (lead < 0x80)
    return 1;
  if (lead >= 0xC2 && lead <= 0xDF)
    return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    bool second = continues(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return second && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    bool second = continues(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

} // namespace

bool checkSourceText(const diag::Source &source, diag::DiagnosticEngine &engine) {
  std::string_view text = source.text();
  if (text.size() > maxSourceBytes) {
    engine.error({&source, 0, 0}, "file", "this file is larger than 16 MB")
        .suggest("data belong in a data file, read by `files(...)` or a source of the library");
    return false;
  }
  for (size_t i = 0; i < text.size();) {
    unsigned char c = text[i];
    bool isControl = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
    size_t length = isControl ? 0 : sequenceLength(text.substr(i));
    if (length == 0) {
      engine
          .error({&source, i, i}, "file",
                 c == 0      ? "this file contains a zero byte, so it is not a program"
                 : isControl ? "this file contains a control character here"
                             : "this file is not UTF-8 text")
          .suggest("save it as UTF-8");
      return false;
    }
    i += length;
  }
  return true;
}

} // namespace rx::parse
