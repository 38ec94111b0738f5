// The folder where rxc keeps what it downloaded, exported or computed, and the three tools that
// keep it consistent between processes: a lock, a staging folder, and whole-file writes.
#pragma once

#include "runtime/core/Status.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace rx::runtime {

/// $RXC_CACHE, else $XDG_CACHE_HOME/rxc, else ~/.cache/rxc. Not created.
std::filesystem::path cacheRoot();

/// An exclusive lock between processes, held until destruction. The lock file itself stays:
/// removing it would let two processes lock two files of the same name.
class FileLock {
public:
  /// Creates `file` and its folder. Calls `onWait` once if another process holds the lock, then
  /// waits.
  static Expected<FileLock> acquire(const std::filesystem::path &file,
                                    const std::function<void()> &onWait = {});
  FileLock(FileLock &&other) noexcept;
  FileLock &operator=(FileLock &&other) noexcept;
  ~FileLock();

private:
  explicit FileLock(int descriptor) : descriptor(descriptor) {}
  int descriptor;
};

/// A folder that becomes `target` in one step, or vanishes. It lies beside the target, because a
/// rename is atomic only within a file system. The caller holds a lock for `target`: what an
/// interrupted process left in the staging folder is removed by the next one.
class StagingFolder {
public:
  static Expected<StagingFolder> create(const std::filesystem::path &target);
  StagingFolder(StagingFolder &&other) noexcept;
  StagingFolder &operator=(StagingFolder &&) = delete;
  ~StagingFolder();

  const std::filesystem::path &path() const { return staging; }
  /// Replaces `target` by the staged folder.
  Status commit();

private:
  StagingFolder(std::filesystem::path target, std::filesystem::path staging)
      : target(std::move(target)), staging(std::move(staging)) {}
  std::filesystem::path target, staging;
};

/// Creates the folder of `file`, then writes a temporary file beside it and renames it, so that no
/// reader ever sees a part of the data.
Status writeWhole(const std::filesystem::path &file, std::string_view data);

/// The bytes of `file`. Errors: absent, not a regular file, larger than `limit`, unreadable.
Expected<std::string> readWhole(const std::filesystem::path &file, uint64_t limit);

/// A failed system call: "<where>: <what>: <reason>", with advice where the place is at fault (full
/// disk, no right to write). `code` is an errno value.
Status systemError(const std::filesystem::path &where, std::string_view what, int code);

/// `12.3 MB`: decimal units, as disks and networks are sold.
std::string humanBytes(uint64_t bytes);

} // namespace rx::runtime
