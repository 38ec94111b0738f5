//===- ProgramFiles.h - the programs that a command line names ---*- C++ -*-===//
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rx::driver {

/// The files named, and all .rx files below the folders named, in a fixed order.
std::vector<std::filesystem::path> programFiles(const std::vector<std::string> &paths);

} // namespace rx::driver
