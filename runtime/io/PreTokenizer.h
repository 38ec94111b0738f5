// Cutting text into words, within which byte-level BPE merges. Internal to runtime/io.
//
// The published pre-tokenisers are regular expressions over Unicode classes; each is written here
// as a scanner with the same alternatives in the same order.
#pragma once

#include "runtime/core/Status.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace rx::runtime {

class PreTokenizer {
public:
  /// By the name in 'tokenizer.ggml.pre'. An unknown name is an error that lists the known ones:
  /// a wrong guess would give plausible but wrong ids.
  static Expected<PreTokenizer> byName(std::string_view name);

  /// The words of `text` in order; together they are the whole text.
  std::vector<std::string_view> split(std::string_view text) const;

  /// A word that is in the vocabulary becomes that token without merging.
  bool emitsWholeWords() const { return style.wholeWords; }
  bool addsBosByDefault() const { return style.addBos; }

private:
  struct Style {
    std::string_view name;
    bool gpt2 = false;          ///< the alternatives of GPT-2, otherwise those of Llama 3
    bool singleNumbers = false; ///< gpt2: number characters are cut out before anything else
    size_t longestNumber = 0;   ///< Llama 3 family: number characters per word
    bool wholeWords = false;
    bool addBos = false;
  };

  static const Style styles[];

  size_t wordLength(std::string_view text) const;
  explicit PreTokenizer(const Style &style) : style(style) {}

  Style style;
};

} // namespace rx::runtime
