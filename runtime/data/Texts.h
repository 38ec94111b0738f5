// text("name"): corpora that come as Debian packages, exported once into the cache.
//
//   <cache>/text/<name>-<version>/<file>
#pragma once

#include "runtime/core/Status.h"
#include "runtime/data/Packages.h"

#include <filesystem>
#include <string_view>
#include <vector>

namespace rx::runtime {

/// The files of a locked text in reading order. Exported by Rscript on the first call; the
/// checksums of the lock decide whether the export is the right one. Errors: unknown name, R or the
/// Debian package missing, wrong checksum.
Expected<std::vector<std::filesystem::path>> fetchText(const LockFile &lock, std::string_view name,
                                                       const FetchOptions &options = {});

} // namespace rx::runtime
