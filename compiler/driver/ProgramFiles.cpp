//===- ProgramFiles.cpp - the programs that a command line names -------------===//
#include "compiler/driver/ProgramFiles.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace rx::driver {

std::vector<fs::path> programFiles(const std::vector<std::string> &paths) {
  std::vector<fs::path> files;
  for (const std::string &path : paths) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      files.emplace_back(path);
      continue;
    }
    size_t first = files.size();
    for (auto &entry : fs::recursive_directory_iterator(path, ignored))
      if (entry.path().extension() == ".rx" && entry.is_regular_file(ignored))
        files.push_back(entry.path());
    std::sort(files.begin() + static_cast<ptrdiff_t>(first), files.end());
  }
  return files;
}

} // namespace rx::driver
