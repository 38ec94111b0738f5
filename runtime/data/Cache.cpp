#include "runtime/data/Cache.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rx::runtime {

namespace fs = std::filesystem;

namespace {

Status createFolders(const fs::path &folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  return code ? systemError(folder, "cannot create the folder", code.value()) : Status::ok();
}

Status writeAll(int descriptor, std::string_view data, const fs::path &file) {
  while (!data.empty()) {
    ssize_t written = ::write(descriptor, data.data(), data.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return systemError(file, "cannot write", errno);
    data.remove_prefix(static_cast<size_t>(written));
  }
  return Status::ok();
}

} // namespace

/// Whether `path` lies in the cache, by its name alone.
static bool isInCache(const fs::path &path) {
  fs::path below = path.lexically_relative(cacheRoot());
  return !below.empty() && *below.begin() != "..";
}

Status systemError(const fs::path &where, std::string_view what, int code) {
  const char *elsewhere = isInCache(where) ? "set RXC_CACHE to" : "choose";
  std::string advice;
  if (code == ENOSPC)
    advice = fmt::format("; free some space, or {} a folder elsewhere", elsewhere);
  else if (code == EACCES || code == EROFS)
    advice = fmt::format("; {} a folder that you may write", elsewhere);
  return Status::error(
      fmt::format("{}: {}: {}{}", where.string(), what, std::strerror(code), advice));
}

fs::path cacheRoot() {
  auto variable = [](const char *name) {
    const char *value = std::getenv(name);
    return fs::path(value ? value : "");
  };
  if (fs::path root = variable("RXC_CACHE"); !root.empty())
    return root;
  if (fs::path root = variable("XDG_CACHE_HOME"); !root.empty())
    return root / "rxc";
  return variable("HOME") / ".cache" / "rxc";
}

Expected<FileLock> FileLock::acquire(const fs::path &file, const std::function<void()> &onWait) {
  if (Status made = createFolders(file.parent_path()); !made)
    return made;
  int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return systemError(file, "cannot open the lock", errno);
  FileLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    return lock;
  if (errno == EWOULDBLOCK && onWait)
    onWait();
  while (::flock(descriptor, LOCK_EX) != 0)
    if (errno != EINTR)
      return systemError(file, "cannot lock", errno);
  return lock;
}

FileLock::FileLock(FileLock &&other) noexcept : descriptor(std::exchange(other.descriptor, -1)) {}

FileLock &FileLock::operator=(FileLock &&other) noexcept {
  std::swap(descriptor, other.descriptor);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor >= 0)
    ::close(descriptor); // releases the lock
}

Expected<StagingFolder> StagingFolder::create(const fs::path &target) {
  fs::path staging = target.parent_path() / ("." + target.filename().string() + ".staging");
  std::error_code code;
  fs::remove_all(staging, code);
  if (code)
    return systemError(staging, "cannot remove the rest of an interrupted run", code.value());
  if (Status made = createFolders(staging); !made)
    return made;
  return StagingFolder(target, staging);
}

StagingFolder::StagingFolder(StagingFolder &&other) noexcept
    : target(std::move(other.target)), staging(std::exchange(other.staging, {})) {}

StagingFolder::~StagingFolder() {
  std::error_code ignored;
  if (!staging.empty())
    fs::remove_all(staging, ignored);
}

Status StagingFolder::commit() {
  std::error_code code;
  fs::remove_all(target, code);
  if (!code)
    fs::rename(staging, target, code);
  if (code)
    return systemError(target, "cannot put the folder in place", code.value());
  staging.clear();
  return Status::ok();
}

Status writeWhole(const fs::path &file, std::string_view data) {
  if (Status made = createFolders(file.parent_path()); !made)
    return made;
  std::string temporary = file.string() + ".XXXXXX";
  int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0)
    return systemError(file, "cannot create", errno);
  ::fchmod(descriptor, 0644); // mkostemp makes it private, but a cache may be shared
  Status written = writeAll(descriptor, data, file);
  if (::close(descriptor) != 0 && written)
    written = systemError(file, "cannot write", errno);
  if (written && std::rename(temporary.c_str(), file.c_str()) != 0)
    written = systemError(file, "cannot put the file in place", errno);
  if (!written)
    ::unlink(temporary.c_str());
  return written;
}

Expected<std::string> readWhole(const fs::path &file, uint64_t limit) {
  std::error_code code;
  fs::file_status kind = fs::status(file, code);
  if (!fs::exists(kind))
    return makeError("{}: no such file", file.string());
  if (!fs::is_regular_file(kind))
    return makeError("{}: not a regular file", file.string());
  uint64_t size = fs::file_size(file, code);
  if (code)
    return systemError(file, "cannot read", code.value());
  if (size > limit)
    return makeError("{}: {} is more than the {} that may be read at once", file.string(),
                     humanBytes(size), humanBytes(limit));
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> in(std::fopen(file.c_str(), "rb"), std::fclose);
  if (!in)
    return systemError(file, "cannot read", errno);
  std::string data(size, '\0');
  if (std::fread(data.data(), 1, size, in.get()) != size)
    return makeError("{}: the file shrank while it was read", file.string());
  return data;
}

std::string humanBytes(uint64_t bytes) {
  constexpr std::array<const char *, 5> units{"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < units.size(); ++unit)
    value /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

} // namespace rx::runtime
