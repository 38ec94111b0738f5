// A vocabulary as GGUF metadata describes it (prefix tokenizer.). Internal to runtime/io.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/io/Gguf.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

/// What a piece is for; numbers as in the file.
enum class PieceKind : uint8_t {
  Normal = 1,
  Unknown = 2,
  Control = 3,     ///< never found in plain text, silent in decoded text
  UserDefined = 4, ///< found in plain text before anything else, verbatim in decoded text
  Unused = 5,
  Byte = 6,
};

struct Vocabulary {
  /// Defaults that depend on the kind of tokenizer and hold when the file says nothing.
  struct Defaults {
    std::optional<int32_t> bos, eos, unknown;
    bool addBos = false;
    bool addSpacePrefix = false;
  };

  /// Reads and cross-checks tokens, kinds and special ids. Ids outside the vocabulary are dropped
  /// with a warning; everything else that does not fit is an error.
  static Expected<Vocabulary> fromGguf(const GgufFile &file, const Defaults &defaults);

  int32_t size() const { return static_cast<int32_t>(kinds.size()); }

  /// Views into the GgufFile, emptied once a tokenizer has copied them.
  std::vector<std::string_view> texts;
  std::vector<PieceKind> kinds;
  std::optional<int32_t> bos, eos, unknown;
  std::vector<bool> endOfGeneration; ///< by id
  bool addBos = false;
  bool addEos = false;
  bool addSpacePrefix = false;
  std::vector<std::string> warnings;
};

} // namespace rx::runtime
