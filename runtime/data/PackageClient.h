// The program that fetches wheels from the package registry. It is asked only to download.
#pragma once

#include "runtime/core/Status.h"

#include <filesystem>
#include <functional>
#include <string>

namespace rx::runtime {

/// Downloads the wheel of exactly this version (or the newest, if it is empty) into `folder`, which
/// must be empty, and returns its path. `onBytes` receives the bytes so far, a few times a second.
/// The client is `python3 -m pip`, or the program that RXC_PACKAGE_CLIENT names, called with the
/// same arguments. Errors: the client is missing, no network, no such package or version, no wheel,
/// no space.
Expected<std::filesystem::path> downloadWheel(const std::string &package,
                                              const std::string &version,
                                              const std::filesystem::path &folder,
                                              const std::function<void(uint64_t)> &onBytes = {});

} // namespace rx::runtime
