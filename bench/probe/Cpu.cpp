#include "bench/probe/Cpu.h"

#include <array>
#include <fstream>
#include <set>
#include <sstream>

namespace rx::bench {

/// The value of the first line of /proc/cpuinfo with this key.
static std::string cpuInfo(const std::string &key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string text; std::getline(file, text);)
    if (size_t colon = text.find(": "); colon != std::string::npos && text.starts_with(key))
      return text.substr(colon + 2);
  return {};
}

std::string cpuName() {
  std::string name = cpuInfo("model name");
  return name.empty() ? "unknown" : name;
}

std::vector<std::string> cpuFeatures() {
  constexpr std::array relevant = {"avx2",        "fma",      "avx512f", "avx512_bf16",
                                   "avx512_vnni", "amx_bf16", "amx_int8"};
  std::istringstream words(cpuInfo("flags"));
  std::set<std::string> flags;
  for (std::string word; words >> word;)
    flags.insert(word);
  std::vector<std::string> present;
  for (const char *feature : relevant)
    if (flags.contains(feature))
      present.emplace_back(feature);
  return present;
}

} // namespace rx::bench
