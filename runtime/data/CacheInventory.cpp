#include "runtime/data/CacheInventory.h"

#include "runtime/data/Cache.h"

#include <algorithm>

namespace rx::runtime {

namespace fs = std::filesystem;

namespace {

/// A folder that is being removed: renamed first, so that nobody opens what is half gone.
constexpr std::string_view removedEnding = ".removed";

uint64_t bytesBelow(const fs::path &path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    uint64_t size = fs::file_size(path, ignored);
    return ignored ? 0 : size;
  }
  uint64_t bytes = 0;
  for (const auto &entry : fs::recursive_directory_iterator(path, ignored))
    if (entry.is_regular_file(ignored))
      if (uint64_t size = entry.file_size(ignored); !ignored)
        bytes += size;
  return bytes;
}

bool isEntry(const std::string &name) {
  return !name.starts_with('.') && !name.ends_with(".lock") && !name.ends_with(".part") &&
         !name.ends_with(".tmp");
}

Status removeEntry(const fs::path &path) {
  std::error_code code;
  fs::path gone = path;
  if (!path.native().ends_with(removedEnding)) {
    gone += removedEnding;
    fs::remove_all(gone, code);
    fs::rename(path, gone, code);
  }
  if (!code || code == std::errc::no_such_file_or_directory)
    fs::remove_all(gone, code);
  return code ? systemError(path, "cannot remove", code.value()) : Status::ok();
}

} // namespace

const std::vector<CacheKind> &cacheKinds() {
  static const std::vector<CacheKind> kinds = {
      {"packages", "weights that were downloaded", true},
      {"text", "texts that were exported from packages", true},
      {"tokens", "tokenised documents", false},
      {"programs", "which bundle a program became", false},
      {"bundles", "compiled programs", false},
      {"objects", "compiled kernels", false},
      {"linalg", "decompositions of weights", false},
      {"memo", "values of metrics", false},
  };
  return kinds;
}

std::vector<CacheEntry> listCache(const fs::path &cache) {
  std::vector<CacheEntry> entries;
  std::error_code ignored;
  for (const CacheKind &kind : cacheKinds())
    for (const auto &found : fs::directory_iterator(cache / kind.name, ignored))
      if (isEntry(found.path().filename().string()))
        entries.push_back(
            {&kind, found.path(), bytesBelow(found.path()), found.last_write_time(ignored)});
  std::sort(entries.begin(), entries.end(), [](const CacheEntry &a, const CacheEntry &b) {
    return a.lastUse != b.lastUse ? a.lastUse < b.lastUse : a.path < b.path;
  });
  return entries;
}

Expected<PruneResult> pruneCache(const fs::path &cache, uint64_t limit, bool downloads) {
  std::vector<CacheEntry> entries = listCache(cache);
  std::erase_if(entries,
                [&](const CacheEntry &entry) { return entry.kind->isDownload && !downloads; });
  PruneResult result;
  for (const CacheEntry &entry : entries)
    result.keptBytes += entry.bytes;
  for (const CacheEntry &entry : entries) {
    if (result.keptBytes <= limit)
      break;
    if (Status removed = removeEntry(entry.path); !removed)
      return removed;
    ++result.removed;
    result.freedBytes += entry.bytes;
    result.keptBytes -= entry.bytes;
  }
  return result;
}

} // namespace rx::runtime
