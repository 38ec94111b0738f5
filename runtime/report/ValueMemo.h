// Values that were computed once, by the hash of everything they depend on.
//
//   <cache>/memo/<key>.value
//   "RXMEMO1\n", 32 hex digits (hash of what follows) and "\n", a line of JSON, the bytes of the
//   value
#pragma once

#include "runtime/core/Hash.h"
#include "runtime/core/HostTensor.h"
#include "runtime/core/Status.h"

#include <filesystem>
#include <optional>
#include <string>

namespace rx::runtime {

struct MemoEntry {
  std::string what;   ///< for people: "source, perplexity(Austen.valid)"
  HostTensor value;   ///< of a plain element type
  double seconds = 0; ///< that it took
  int64_t batches = 0, tokens = 0;
  int64_t plannedBytes = 0;
};

class ValueMemo {
public:
  /// `folder`: <cache>/memo. Nothing is created before the first store().
  explicit ValueMemo(std::filesystem::path folder) : folder(std::move(folder)) {}

  /// Nothing where the key is unknown or its file is damaged. An entry that is found counts as used
  /// now.
  std::optional<MemoEntry> find(const Hash128 &key) const;
  /// What the value in a file of the memo is, for people; nothing if the file is damaged.
  static std::optional<std::string> describe(const std::filesystem::path &file);
  Status store(const Hash128 &key, const MemoEntry &entry) const;

private:
  std::filesystem::path fileOf(const Hash128 &key) const { return folder / (key.hex() + ".value"); }

  std::filesystem::path folder;
};

} // namespace rx::runtime
