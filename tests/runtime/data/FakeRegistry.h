// Stands in for the package registry: wheels made by the test, and a client program that copies
// them instead of downloading, chosen by RXC_PACKAGE_CLIENT.
#pragma once

#include "runtime/data/LockFile.h"
#include "tests/runtime/data/TempFolder.h"

#include <string>
#include <utility>
#include <vector>

namespace rx::runtime::test {

using Members = std::vector<std::pair<std::string, std::string>>;

/// A zip archive with these members.
std::string makeWheel(const std::filesystem::path &file, const Members &members);

class FakeRegistry {
public:
  FakeRegistry();

  /// Publishes a wheel and returns what a lock file says about its member.
  LockedPart publish(const std::string &package, const std::string &member,
                     const std::string &data);
  /// Publishes a wheel with these members and `Requires-Dist` lines.
  void publishWheel(const std::string &package, Members members,
                    const std::vector<std::string> &requirements);
  /// A lock with one package, `weights` 1.0, whose file is these chunks joined.
  LockFile lockOf(const std::vector<std::string> &chunks);
  /// From now on the client prints `message` and fails.
  void breakClient(const std::string &message);
  /// One line per call of the client: its arguments.
  std::vector<std::string> calls() const;

  const std::filesystem::path &cache() const { return cacheFolder; }
  /// Names in the cache's package folder, lock files left out.
  std::vector<std::string> cached() const;

private:
  TempFolder folder;
  std::filesystem::path cacheFolder = folder.path() / "cache";
  ScopedVariable client;
};

} // namespace rx::runtime::test
