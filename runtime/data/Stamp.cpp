#include "runtime/data/Stamp.h"

#include "runtime/core/Hash.h"
#include "runtime/data/Cache.h"

#include <fmt/format.h>

#include <sys/stat.h>

namespace rx::runtime {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t largestStamp = 1 << 20;

fs::path stampFile(const fs::path &folder) { return folder / ".verified"; }

/// One line per file: checksum, size, change time in nanoseconds, name. Empty if a file is missing
/// or has not the size that is wanted.
std::string describe(const fs::path &folder, const std::vector<LockedFile> &files) {
  std::string text;
  for (const LockedFile &file : files) {
    struct stat info;
    if (::stat((folder / file.name).c_str(), &info) != 0 || !S_ISREG(info.st_mode) ||
        static_cast<uint64_t>(info.st_size) != file.bytes)
      return "";
    text += fmt::format("{} {} {}.{:09} {}\n", file.sha256, info.st_size, info.st_mtim.tv_sec,
                        info.st_mtim.tv_nsec, file.name);
  }
  return text;
}

} // namespace

bool stampHolds(const fs::path &folder, const std::vector<LockedFile> &files) {
  std::string now = describe(folder, files);
  auto stamp = readWhole(stampFile(folder), largestStamp);
  return !now.empty() && stamp && *stamp == now;
}

bool verifyStamp(const fs::path &folder, const std::vector<LockedFile> &files) {
  if (stampHolds(folder, files))
    return true;
  if (describe(folder, files).empty())
    return false;
  for (const LockedFile &file : files) {
    auto found = sha256OfFile((folder / file.name).string());
    if (!found || *found != file.sha256)
      return false;
  }
  // A cache that cannot be written is read again next time, no worse.
  (void)writeStamp(folder, files);
  return true;
}

Status writeStamp(const fs::path &folder, const std::vector<LockedFile> &files) {
  return writeWhole(stampFile(folder), describe(folder, files));
}

} // namespace rx::runtime
