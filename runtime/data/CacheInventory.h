// What lies in the cache, and how to make room: everything in it can be made again.
#pragma once

#include "runtime/core/Status.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

/// One folder of the cache.
struct CacheKind {
  std::string_view name; ///< of the folder
  std::string_view holds;
  bool isDownload = false; ///< costs the network to make again
};
const std::vector<CacheKind> &cacheKinds();

struct CacheEntry {
  const CacheKind *kind = nullptr;
  std::filesystem::path path; ///< a file or a folder, removed as a whole
  uint64_t bytes = 0;
  std::filesystem::file_time_type lastUse{}; ///< or when it was written, where use leaves no trace
};

/// All entries, the least recently used first. What vanishes meanwhile is passed over; locks and
/// unfinished files of other processes are no entries.
std::vector<CacheEntry> listCache(const std::filesystem::path &cache);

struct PruneResult {
  int64_t removed = 0;
  uint64_t freedBytes = 0, keptBytes = 0;
};

/// Removes the least recently used entries until the rest has at most `limit` bytes. Downloads are
/// neither counted nor removed unless `downloads` is set. An entry that is in use by another
/// process may go: that process has it open, or makes it again. Fails on the first entry that
/// resists.
Expected<PruneResult> pruneCache(const std::filesystem::path &cache, uint64_t limit,
                                 bool downloads);

} // namespace rx::runtime
