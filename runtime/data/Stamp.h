// A stamp in a cache folder says that its files were checked against their checksums, and when. As
// long as sizes and times are unchanged, the files need not be read again.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/data/LockFile.h"

#include <filesystem>
#include <vector>

namespace rx::runtime {

/// True if the stamp is of these checksums and no file changed in size or time since. Reads no
/// data.
bool stampHolds(const std::filesystem::path &folder, const std::vector<LockedFile> &files);

/// As stampHolds(), but a stale stamp makes it read the files; if all checksums hold, the stamp is
/// renewed. The caller holds the lock of the folder.
bool verifyStamp(const std::filesystem::path &folder, const std::vector<LockedFile> &files);

/// Writes the stamp for files that were just checked.
Status writeStamp(const std::filesystem::path &folder, const std::vector<LockedFile> &files);

} // namespace rx::runtime
