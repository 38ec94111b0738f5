#include "runtime/report/Circumstances.h"

#include "runtime/report/ContentKeys.h"
#include "runtime/report/RuntimeIdentity.h"

#include <fstream>

#include <sys/utsname.h>

namespace rx::runtime {

namespace {

/// As the kernel names it; empty where it does not.
std::string processorName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      if (size_t at = line.find(": "); at != line.npos)
        return line.substr(at + 2);
  return "";
}

std::string systemName() {
  utsname name = {};
  return uname(&name) == 0 ? std::string(name.sysname) + " " + name.release + " " + name.machine
                           : "";
}

} // namespace

std::string rxcVersion() { return RXC_VERSION; }

Circumstances circumstancesOf(const Bundle &bundle, unsigned threads) {
  return {{"rxc", rxcVersion()},
          {"runtime", runtimeIdentity()},
          {"target", bundle.targetName() + " " + bundle.cpuFeatures()},
          {"precision", bundle.precision()},
          {"processor", processorName()},
          {"threads", std::to_string(threads)},
          {"system", systemName()}};
}

} // namespace rx::runtime
