#include "runtime/core/Utf8.h"

#include <fmt/format.h>

#include <algorithm>

namespace rx::runtime {

namespace {

bool isContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// Bytes a character has by its first byte; 0 for a byte that can begin none.
unsigned lengthByLead(unsigned char lead) {
  if (lead < 0x80)
    return 1;
  if (lead >= 0xC2 && lead <= 0xDF)
    return 2;
  if (lead >= 0xE0 && lead <= 0xEF)
    return 3;
  if (lead >= 0xF0 && lead <= 0xF4)
    return 4;
  return 0;
}

/// The second byte carries every remaining rule of RFC 3629, section 4: it excludes overlong forms
/// (E0, F0), surrogates (ED) and values above U+10FFFF (F4).
bool isSecondByte(unsigned char lead, unsigned char second) {
  switch (lead) {
  case 0xE0:
    return second >= 0xA0 && second <= 0xBF;
  case 0xED:
    return second >= 0x80 && second <= 0x9F;
  case 0xF0:
    return second >= 0x90 && second <= 0xBF;
  case 0xF4:
    return second >= 0x80 && second <= 0x8F;
  default:
    return isContinuation(second);
  }
}

/// How many bytes from `offset` on agree with the character its lead byte promises.
unsigned agreeingBytes(std::string_view text, size_t offset, unsigned promised) {
  auto byteAt = [&](unsigned i) { return static_cast<unsigned char>(text[offset + i]); };
  unsigned available = static_cast<unsigned>(std::min<size_t>(promised, text.size() - offset));
  if (available < 2 || !isSecondByte(byteAt(0), byteAt(1)))
    return 1;
  unsigned count = 2;
  while (count < available && isContinuation(byteAt(count)))
    ++count;
  return count;
}

} // namespace

Utf8Step decodeUtf8(std::string_view text, size_t offset) {
  auto lead = static_cast<unsigned char>(text[offset]);
  unsigned length = lengthByLead(lead);
  if (length == 1)
    return {lead, 1, true};
  if (length == 0 || agreeingBytes(text, offset, length) != length)
    return {};
  char32_t codePoint = lead & (0x7F >> length);
  for (unsigned i = 1; i < length; ++i)
    codePoint = codePoint << 6 | (static_cast<unsigned char>(text[offset + i]) & 0x3F);
  return {codePoint, static_cast<uint8_t>(length), true};
}

size_t findInvalidUtf8(std::string_view text) {
  size_t offset = 0;
  while (offset < text.size()) {
    Utf8Step step = decodeUtf8(text, offset);
    if (!step.valid)
      break;
    offset += step.length;
  }
  return offset;
}

size_t incompleteUtf8Tail(std::string_view text) {
  size_t longest = std::min<size_t>(3, text.size());
  for (size_t tail = 1; tail <= longest; ++tail) {
    size_t offset = text.size() - tail;
    auto lead = static_cast<unsigned char>(text[offset]);
    if (isContinuation(lead))
      continue;
    unsigned promised = lengthByLead(lead);
    return promised > tail && agreeingBytes(text, offset, promised) == tail ? tail : 0;
  }
  return 0;
}

void appendUtf8(std::string &text, char32_t codePoint) {
  if (codePoint > 0x10FFFF || (codePoint >= 0xD800 && codePoint <= 0xDFFF))
    codePoint = replacementCharacter;
  if (codePoint < 0x80) {
    text += static_cast<char>(codePoint);
    return;
  }
  unsigned continuations = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
  unsigned leadMark = continuations == 1 ? 0xC0 : continuations == 2 ? 0xE0 : 0xF0;
  text += static_cast<char>(leadMark | codePoint >> (6 * continuations));
  for (unsigned i = continuations; i-- > 0;)
    text += static_cast<char>(0x80 | (codePoint >> (6 * i) & 0x3F));
}

std::string replaceInvalidUtf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  forEachUtf8(text, [&](Utf8Step step, size_t offset) {
    if (step.valid)
      result += text.substr(offset, step.length);
    else
      appendUtf8(result, replacementCharacter);
  });
  return result;
}

std::string escapeControls(std::string_view text, std::string_view kept) {
  std::string shown;
  forEachUtf8(text, [&](const Utf8Step &step, size_t offset) {
    bool isControl = step.codePoint < 0x20 || (step.codePoint >= 0x7F && step.codePoint < 0xA0);
    std::string_view bytes = text.substr(offset, step.length);
    if ((step.valid && !isControl) || kept.find(bytes) != kept.npos)
      shown += bytes;
    else
      for (char byte : bytes)
        shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  });
  return shown;
}

} // namespace rx::runtime
