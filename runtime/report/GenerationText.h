// How continued texts are written: all at once, or as they grow.
#pragma once

#include "runtime/report/GenerationRunner.h"

#include <cstdio>
#include <string>
#include <vector>

namespace rx::runtime {

/// The prompts with what followed, one text after the other: for a terminal, ending in a line feed.
std::string textOf(const GenerationRequest &request, const Generation &generation);

/// "12 tokens of the prompt (310 tokens/s), 40 more (52.1 tokens/s)"
std::string ratesText(const Generation &generation);

/// Writes the texts of one batch in order while they grow: the first one as it does, each other
/// from when those before it have ended.
class GenerationPrinter {
public:
  /// `framed`: with a title, and after every text why it ended; else texts alone, between lines
  /// "---".
  GenerationPrinter(std::FILE *out, const GenerationRequest &request, bool framed);
  /// Ends an unfinished line.
  ~GenerationPrinter();
  GenerationPrinter(const GenerationPrinter &) = delete;

  void grow(size_t index, std::string_view text, StopReason reason);
  /// Every text at once.
  void whole(const Generation &generation);

private:
  void put(std::string_view text);
  void open();

  std::FILE *out;
  bool isTerminal; ///< which would obey control characters
  const GenerationRequest &request;
  bool framed, lineOpen = false;
  size_t current = 0;
  std::vector<std::string> waiting; ///< by text: what is not written yet
  std::vector<StopReason> reasons;
};

} // namespace rx::runtime
