#include "runtime/io/UnicodeClass.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace rx::runtime {

namespace {

struct CodePointRange {
  char32_t first;
  char32_t last;
};

#include "runtime/io/UnicodeClassTable.inc"

template <size_t count>
constexpr bool contains(const CodePointRange (&ranges)[count], char32_t codePoint) {
  auto range = std::lower_bound(
      std::begin(ranges), std::end(ranges), codePoint,
      [](const CodePointRange &range, char32_t wanted) { return range.last < wanted; });
  return range != std::end(ranges) && range->first <= codePoint;
}

constexpr UnicodeClass search(char32_t codePoint) {
  if (codePoint == '\r' || codePoint == '\n')
    return UnicodeClass::LineBreak;
  if (contains(letterRanges, codePoint))
    return UnicodeClass::Letter;
  if (contains(numberRanges, codePoint))
    return UnicodeClass::Number;
  if (contains(whiteSpaceRanges, codePoint))
    return UnicodeClass::Space;
  return UnicodeClass::Other;
}

constexpr auto asciiClasses = [] {
  std::array<UnicodeClass, 128> classes{};
  for (char32_t codePoint = 0; codePoint < classes.size(); ++codePoint)
    classes[codePoint] = search(codePoint);
  return classes;
}();

} // namespace

UnicodeClass unicodeClass(char32_t codePoint) {
  return codePoint < asciiClasses.size() ? asciiClasses[codePoint] : search(codePoint);
}

} // namespace rx::runtime
