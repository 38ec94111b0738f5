#include "runtime/data/Texts.h"

#include "runtime/core/Hash.h"
#include "runtime/data/RScripts.h" // generated from *.R
#include "runtime/data/Stamp.h"
#include "runtime/data/Subprocess.h"

#include <map>
#include <string>

namespace rx::runtime {

namespace fs = std::filesystem;

namespace {

/// The script that exports a Debian package, or null.
const char *exporterOf(const std::string &debianPackage) {
  static const std::map<std::string, const char *> exporters{
      {"r-cran-janeaustenr", scripts::austen},
  };
  auto found = exporters.find(debianPackage);
  return found == exporters.end() ? nullptr : found->second;
}

Status runExporter(const LockedText &text, const char *script, const fs::path &folder) {
  fs::path file = folder / ".export.R";
  if (Status written = writeWhole(file, script); !written)
    return written;
  auto run = runProgram({"Rscript", "--vanilla", file.string(), folder.string()});
  if (!run)
    return makeError("text(\"{}\"): {}; exporting it needs R: apt-get install r-base-core {}",
                     text.name, run.message(), text.debian);
  if (run->exitCode != 0)
    return makeError("text(\"{}\"): the export failed; is the Debian package installed? "
                     "apt-get install {}{}",
                     text.name, text.debian, lastLines(run->output, 4));
  std::error_code code;
  fs::remove(file, code);
  return code ? makeError("{}: {}", file.string(), code.message()) : Status::ok();
}

std::string installedVersion(const std::string &debianPackage) {
  auto run = runProgram({"dpkg-query", "-W", "-f=${Version}", debianPackage});
  return run && run->exitCode == 0 ? run->output : "unknown";
}

Status checkFiles(const LockedText &text, const fs::path &folder) {
  for (const LockedFile &file : text.files) {
    auto found = sha256OfFile((folder / file.name).string());
    if (!found)
      return found.status().withContext("text(\"" + text.name + "\")");
    if (*found != file.sha256)
      return makeError("text(\"{}\"): `{}` is not the file that was locked\n"
                       "    expected sha256 {}\n    got      sha256 {}\n"
                       "    the lock is of {} {}, installed is {}; nothing was kept",
                       text.name, file.name, file.sha256, *found, text.debian, text.version,
                       installedVersion(text.debian));
  }
  return Status::ok();
}

std::vector<fs::path> filesIn(const fs::path &folder, const LockedText &text) {
  std::vector<fs::path> paths;
  for (const LockedFile &file : text.files)
    paths.push_back(folder / file.name);
  return paths;
}

} // namespace

Expected<std::vector<fs::path>> fetchText(const LockFile &lock, std::string_view name,
                                          const FetchOptions &options) {
  auto text = lock.text(name);
  if (!text)
    return makeError("{}\n    a text of your own is named by text(path(\"file.txt\"))",
                     text.message());
  const char *script = exporterOf(text->debian);
  if (!script)
    return makeError("text(\"{}\"): no exporter is known for the Debian package {}", text->name,
                     text->debian);
  fs::path folder = options.cache / "text" / (text->name + "-" + text->version);
  if (stampHolds(folder, text->files))
    return filesIn(folder, *text);

  auto held = FileLock::acquire(folder.string() + ".lock");
  if (!held)
    return held.status();
  if (verifyStamp(folder, text->files))
    return filesIn(folder, *text);
  auto staging = StagingFolder::create(folder);
  if (!staging)
    return staging.status();
  if (Status exported = runExporter(*text, script, staging->path()); !exported)
    return exported;
  if (Status checked = checkFiles(*text, staging->path()); !checked)
    return checked;
  if (Status placed = staging->commit(); !placed)
    return placed;
  if (Status stamped = writeStamp(folder, text->files); !stamped)
    return stamped;
  return filesIn(folder, *text);
}

} // namespace rx::runtime
