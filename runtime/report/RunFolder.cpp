#include "runtime/report/RunFolder.h"

#include "runtime/data/Cache.h"

#include <fmt/chrono.h>

namespace rx::runtime {

namespace fs = std::filesystem;

static constexpr int mostOfOneSecond = 1000;

Expected<RunFolder> RunFolder::createBelow(const fs::path &parent, const std::string &name) {
  std::error_code code;
  fs::create_directories(parent, code);
  if (code)
    return systemError(parent, "cannot create the folder", code.value());
  std::string base = fmt::format("{}-{:%Y%m%d-%H%M%S}", name, fmt::localtime(std::time(nullptr)));
  for (int i = 1; i <= mostOfOneSecond; ++i) {
    fs::path folder = parent / (i == 1 ? base : fmt::format("{}-{}", base, i));
    if (fs::create_directory(folder, code)) // fails for all but one of two runs at once
      return RunFolder(folder);
    if (code)
      return systemError(folder, "cannot create the folder", code.value());
  }
  return makeError("{}: there are too many runs of one second; give --out",
                   (parent / base).string());
}

Expected<RunFolder> RunFolder::use(const fs::path &folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code)
    return systemError(folder, "cannot create the folder", code.value());
  return RunFolder(folder);
}

Status RunFolder::keep(const std::string &name, std::string_view text) const {
  return writeWhole(folder / name, text);
}

Status RunFolder::save(const RunResult &result) const {
  for (auto [name, text] :
       {std::pair("metrics.jsonl", jsonLines(result)), std::pair("report.json", jsonReport(result)),
        std::pair("report.html", htmlReport(result))})
    if (Status written = keep(name, text); !written)
      return written;
  return Status::ok();
}

} // namespace rx::runtime
