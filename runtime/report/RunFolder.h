// What a run leaves: report.html for people; report.json and metrics.jsonl for programs; the
// program and its manifest as they were.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/report/Results.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace rx::runtime {

/// Every file is written whole or not at all: whoever opens one during a run, or after it was
/// killed, sees the last state that was saved.
class RunFolder {
public:
  /// A new folder `parent`/NAME-YYYYMMDD-HHMMSS; with -2, -3, ... if that is taken.
  static Expected<RunFolder> createBelow(const std::filesystem::path &parent,
                                         const std::string &name);
  /// This folder, made if it is not there. Files of an earlier run in it are replaced.
  static Expected<RunFolder> use(const std::filesystem::path &folder);

  Status save(const RunResult &result) const;
  /// Keeps a text beside the report.
  Status keep(const std::string &name, std::string_view text) const;

  const std::filesystem::path &path() const { return folder; }
  std::filesystem::path reportFile() const { return folder / "report.html"; }

private:
  explicit RunFolder(std::filesystem::path folder) : folder(std::move(folder)) {}

  std::filesystem::path folder;
};

/// report.json: everything in it. Numbers that JSON lacks are the strings "inf", "-inf" and "nan".
std::string jsonReport(const RunResult &result);
/// metrics.jsonl: a line per value that is known.
std::string jsonLines(const RunResult &result);
/// report.html: one file, without scripts or anything from elsewhere.
std::string htmlReport(const RunResult &result);

} // namespace rx::runtime
