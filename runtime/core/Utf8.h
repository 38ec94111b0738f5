// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rx::runtime {

inline constexpr char32_t replacementCharacter = 0xFFFD;

/// One step through a text: a character of `length` bytes, or one byte that begins none.
struct Utf8Step {
  char32_t codePoint = replacementCharacter;
  uint8_t length = 1;
  bool valid = false;
};

/// The step that begins at `offset` < text.size().
Utf8Step decodeUtf8(std::string_view text, size_t offset);

/// Offset of the first byte that is not part of a character; text.size() when there is none.
size_t findInvalidUtf8(std::string_view text);

inline bool isValidUtf8(std::string_view text) { return findInvalidUtf8(text) == text.size(); }

/// Bytes (0 to 3) at the end of `text` that begin a character but do not finish it. A stream holds
/// them back until more arrives.
size_t incompleteUtf8Tail(std::string_view text);

/// Appends the bytes of `codePoint`; a surrogate or a value above U+10FFFF becomes U+FFFD.
void appendUtf8(std::string &text, char32_t codePoint);

/// `text` with every byte that is not part of a character replaced by U+FFFD.
std::string replaceInvalidUtf8(std::string_view text);

/// `text` as a terminal may show it: control characters (C0 and C1, of which it would obey some) and
/// bytes that are part of no character are written `\x1b`; those in `kept` stay.
std::string escapeControls(std::string_view text, std::string_view kept = "");

/// Calls visit(Utf8Step, offset) from left to right.
template <typename Visitor> void forEachUtf8(std::string_view text, Visitor &&visit) {
  for (size_t offset = 0; offset < text.size();) {
    Utf8Step step = decodeUtf8(text, offset);
    visit(step, offset);
    offset += step.length;
  }
}

} // namespace rx::runtime
