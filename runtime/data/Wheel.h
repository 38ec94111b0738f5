// Reads downloaded packages. A wheel is a zip archive; only named members are read, to places that
// the caller chose, so that no path in an archive decides where anything is written.
#pragma once

#include "runtime/core/Status.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace rx::runtime {

/// Takes the next bytes of a member; an error ends the reading.
using ByteSink = std::function<Status(const void *data, size_t bytes)>;

/// Streams one regular member to `sink`. Errors: not a zip archive, damaged, encrypted, no such
/// member, more than `limit` bytes (an archive may expand a thousandfold), or the sink's own.
Status readMember(const std::filesystem::path &wheel, const std::string &member, uint64_t limit,
                  const ByteSink &sink);

/// The paths of the regular members, in archive order: at most 10,000, of at most 1,000 bytes.
Expected<std::vector<std::string>> listMembers(const std::filesystem::path &wheel);

} // namespace rx::runtime
