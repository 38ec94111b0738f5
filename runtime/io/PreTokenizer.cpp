#include "runtime/io/PreTokenizer.h"

#include "runtime/core/Utf8.h"
#include "runtime/io/GgufValue.h"
#include "runtime/io/UnicodeClass.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>

namespace rx::runtime {

namespace {

/// A character and its class; past the end, length 0. A byte that begins no character is Other.
struct Character {
  UnicodeClass kind = UnicodeClass::Other;
  uint8_t length = 0;

  bool exists() const { return length != 0; }
  bool isLetter() const { return exists() && kind == UnicodeClass::Letter; }
  bool isNumber() const { return exists() && kind == UnicodeClass::Number; }
  bool isNoNumber() const { return exists() && kind != UnicodeClass::Number; }
  bool isLineBreak() const { return exists() && kind == UnicodeClass::LineBreak; }
  bool isSpace() const { return isLineBreak() || (exists() && kind == UnicodeClass::Space); }
  bool isOther() const { return exists() && kind == UnicodeClass::Other; }
};

using Predicate = bool (Character::*)() const;

class Scanner {
public:
  explicit Scanner(std::string_view text) : text(text) {}

  Character at(size_t offset) const {
    if (offset >= text.size())
      return {};
    Utf8Step step = decodeUtf8(text, offset);
    return {step.valid ? unicodeClass(step.codePoint) : UnicodeClass::Other, step.length};
  }

  /// Where the run of such characters that begins at `offset` ends.
  size_t skip(size_t offset, Predicate matches,
              size_t limit = std::numeric_limits<size_t>::max()) const {
    for (size_t count = 0; count < limit; ++count) {
      Character next = at(offset);
      if (!(next.*matches)())
        break;
      offset += next.length;
    }
    return offset;
  }

  /// 's 't 're 've 'm 'll 'd at the start: its length, or 0.
  size_t contraction(bool anyCase) const {
    if (text.size() < 2 || text[0] != '\'')
      return 0;
    auto letter = [&](size_t i) {
      char c = i < text.size() ? text[i] : '\0';
      return anyCase && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    char first = letter(1), second = letter(2);
    if (first == 's' || first == 't' || first == 'm' || first == 'd')
      return 2;
    bool isLong = (first == 'r' && second == 'e') || (first == 'v' && second == 'e') ||
                  (first == 'l' && second == 'l');
    return isLong ? 3 : 0;
  }

  /// " ?X+" at the start, or 0.
  size_t spacedRun(Predicate matches) const {
    size_t begin = !text.empty() && text[0] == ' ' ? 1 : 0;
    size_t end = skip(begin, matches);
    return end > begin ? end : 0;
  }

  /// "\s+(?!\S)|\s+" at the start: white space, but its last character stays with what follows.
  size_t whiteSpace() const {
    size_t end = 0, last = 0;
    for (Character next = at(0); next.isSpace(); next = at(end)) {
      last = end;
      end += next.length;
    }
    return end == text.size() || last == 0 ? end : last;
  }

private:
  std::string_view text;
};

size_t firstOf(std::initializer_list<size_t> lengths) {
  for (size_t length : lengths)
    if (length != 0)
      return length;
  return 0;
}

size_t gpt2Word(std::string_view text) {
  Scanner scanner(text);
  return firstOf({scanner.contraction(false), scanner.spacedRun(&Character::isLetter),
                  scanner.spacedRun(&Character::isNumber), scanner.spacedRun(&Character::isOther),
                  scanner.whiteSpace()});
}

/// "[^\r\n\p{L}\p{N}]?\p{L}+" at the start, or 0.
size_t prefixedLetters(const Scanner &scanner) {
  Character first = scanner.at(0);
  bool isPrefix = !first.isLineBreak() && !first.isLetter() && !first.isNumber();
  size_t begin = isPrefix ? first.length : 0;
  size_t end = scanner.skip(begin, &Character::isLetter);
  return end > begin ? end : 0;
}

/// "\s*[\r\n]+" at the start: white space up to its last line break, or 0.
size_t throughLineBreaks(const Scanner &scanner) {
  size_t end = 0, lastBreak = 0;
  for (Character next = scanner.at(0); next.isSpace(); next = scanner.at(end)) {
    end += next.length;
    if (next.isLineBreak())
      lastBreak = end;
  }
  return lastBreak;
}

size_t llama3Word(std::string_view text, size_t longestNumber) {
  Scanner scanner(text);
  if (size_t length = firstOf({scanner.contraction(true), prefixedLetters(scanner),
                               scanner.skip(0, &Character::isNumber, longestNumber)}))
    return length;
  if (size_t symbols = scanner.spacedRun(&Character::isOther))
    return scanner.skip(symbols, &Character::isLineBreak);
  return firstOf({throughLineBreaks(scanner), scanner.whiteSpace()});
}

} // namespace

const PreTokenizer::Style PreTokenizer::styles[] = {
    {.name = "gpt-2", .gpt2 = true},
    {.name = "smollm", .gpt2 = true, .singleNumbers = true},
    {.name = "starcoder", .gpt2 = true, .singleNumbers = true},
    {.name = "llama-bpe", .longestNumber = 3, .wholeWords = true, .addBos = true},
    {.name = "qwen2", .longestNumber = 1},
};

Expected<PreTokenizer> PreTokenizer::byName(std::string_view name) {
  std::string known;
  for (const Style &style : styles) {
    if (style.name == name)
      return PreTokenizer(style);
    known += (known.empty() ? "" : ", ") + std::string(style.name);
  }
  return makeError("the pre-tokenizer {} is not supported, only {}", quoteForMessage(name), known);
}

/// Bytes of the word at the start of `text`, which is not empty.
size_t PreTokenizer::wordLength(std::string_view text) const {
  return style.gpt2 ? gpt2Word(text) : llama3Word(text, style.longestNumber);
}

std::vector<std::string_view> PreTokenizer::split(std::string_view text) const {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    // With single numbers, the stretch up to the next one is a text of its own: a word does not
    // look past its end.
    std::string_view stretch = text;
    if (style.singleNumbers) {
      Scanner scanner(text);
      size_t number = scanner.skip(0, &Character::isNumber, 1);
      stretch = text.substr(0, number != 0 ? number : scanner.skip(0, &Character::isNoNumber));
    }
    text.remove_prefix(stretch.size());
    while (!stretch.empty()) {
      words.push_back(stretch.substr(0, wordLength(stretch)));
      stretch.remove_prefix(words.back().size());
    }
  }
  return words;
}

} // namespace rx::runtime
