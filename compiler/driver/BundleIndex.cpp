#include "compiler/driver/BundleIndex.h"

#include "runtime/data/Cache.h"

#include <nlohmann/json.hpp>

#include <link.h>
#include <sys/stat.h>

namespace fs = std::filesystem;
using nlohmann::json;

namespace rx::driver {

namespace {

constexpr uint64_t largestFile = uint64_t(16) << 20;

/// Adds size and time of a loaded object to the text at `data`.
int addObject(dl_phdr_info *object, size_t, void *data) {
  const char *path = *object->dlpi_name ? object->dlpi_name : "/proc/self/exe";
  struct stat info;
  if (::stat(path, &info) == 0) // the kernel's own object is no file
    *static_cast<std::string *>(data) += fmt::format("{} {} {}.{:09}\n", path, info.st_size,
                                                     info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  return 0;
}

} // namespace

std::string compilerIdentity() {
  std::string text;
  ::dl_iterate_phdr(addObject, &text);
  return text;
}

BundleIndex::BundleIndex(const fs::path &cache, const std::string &stem,
                         const runtime::Hash128 &request)
    : bundles(cache / "bundles"),
      file(cache / "programs" / (stem + "-" + request.hex() + ".json")) {}

std::optional<fs::path>
BundleIndex::find(const std::function<bool(const ElaborationInput &)> &isCurrent) const {
  auto text = runtime::readWhole(file, largestFile);
  if (!text)
    return std::nullopt;
  try {
    json entry = json::parse(*text);
    fs::path bundle = bundles / entry.at("bundle").get<std::string>();
    for (const json &input : entry.at("inputs"))
      if (!isCurrent({input.at("kind"), input.at("name"), input.at("content")}))
        return std::nullopt;
    if (fs::exists(bundle / "manifest.json"))
      return bundle;
  } catch (const json::exception &) { // damaged, or another version's
  }
  return std::nullopt;
}

runtime::Status BundleIndex::keep(const fs::path &bundle,
                                  const std::vector<ElaborationInput> &inputs) const {
  json entry = {{"bundle", bundle.filename().string()}, {"inputs", json::array()}};
  for (const ElaborationInput &input : inputs)
    entry["inputs"].push_back(
        {{"kind", input.kind}, {"name", input.name}, {"content", input.content}});
  return runtime::writeWhole(file, entry.dump(1) + "\n");
}

} // namespace rx::driver
