// Which code points are letters (\p{L}), numbers (\p{N}) and white space, independent of locales.
// Internal to runtime/io.
#pragma once

#include <cstdint>

namespace rx::runtime {

/// Line breaks are apart because pre-tokenisers treat them apart; they are white space too.
enum class UnicodeClass : uint8_t { Other, Letter, Number, Space, LineBreak };

UnicodeClass unicodeClass(char32_t codePoint);

} // namespace rx::runtime
