#include "runtime/data/WeightFiles.h"

#include "runtime/io/Dequantize.h"

namespace rx::runtime {

namespace fs = std::filesystem;

Expected<fs::path> locateWeights(const std::string &name, const fs::path &folder,
                                 const FetchOptions &fetch) {
  if (name.find('/') != std::string::npos || name.ends_with(".gguf"))
    return folder / name; // an absolute name replaces the folder
  auto lockPath = findLockFile(folder);
  if (!lockPath)
    return std::move(lockPath).status();
  auto lock = LockFile::load(*lockPath);
  if (!lock)
    return std::move(lock).status();
  return fetchPackage(*lock, name, fetch);
}

Expected<const GgufFile *> WeightFiles::open(const std::string &name) {
  if (auto known = files.find(name); known != files.end())
    return known->second.get();
  Expected<fs::path> path = locateWeights(name, folder, fetch);
  if (!path)
    return std::move(path).status();
  Expected<GgufFile> file = GgufFile::open(path->string());
  if (!file)
    return std::move(file).status();
  auto opened = files.emplace(name, std::make_unique<GgufFile>(std::move(*file))).first;
  return opened->second.get();
}

int64_t WeightFiles::memoryBytes() const {
  int64_t bytes = 0;
  for (const auto &[name, file] : files)
    bytes += static_cast<int64_t>(file->memoryBytes());
  return bytes;
}

Status WeightFiles::load(const std::string &name, const std::string &tensorName,
                         std::span<float> out) {
  Expected<const GgufFile *> file = open(name);
  if (!file)
    return std::move(file).status();
  Expected<const GgufTensor *> tensor = (*file)->getTensor(tensorName);
  if (!tensor)
    return std::move(tensor).status();
  const GgufTensor &stored = **tensor;
  uint64_t elements = stored.rows() * stored.rowElements();
  if (elements != out.size())
    return makeError("{}: tensor {} has {} elements, the program was compiled for {}; compile it "
                     "again",
                     (*file)->path(), tensorName, elements, out.size());
  return dequantizeRows(**file, stored, 0, stored.rows(), out.data(), stored.rowElements());
}

Status WeightFiles::loadRows(const std::string &name, const std::string &tensorName,
                             rx_dtype element, int64_t depth, int64_t first,
                             std::span<std::byte> bytes) {
  Expected<const GgufFile *> file = open(name);
  if (!file)
    return std::move(file).status();
  Expected<const GgufTensor *> tensor = (*file)->getTensor(tensorName);
  if (!tensor)
    return std::move(tensor).status();
  const GgufTensor &stored = **tensor;
  bool asStored = element == stored.dtype;
  if (stored.rowElements() != static_cast<uint64_t>(depth) || (!asStored && element != RX_F32))
    return makeError("{}: tensor {} has rows of {} {}, the program was compiled for {} {}; compile "
                     "it again",
                     (*file)->path(), tensorName, stored.rowElements(),
                     rx_dtype_name(stored.dtype), depth, rx_dtype_name(element));
  auto row = static_cast<uint64_t>(first);
  if (asStored)
    return (*file)->readRaw(stored, row * stored.rowBytes(), bytes);
  uint64_t rows = bytes.size() / (sizeof(float) * stored.rowElements());
  return dequantizeRows(**file, stored, row, rows, reinterpret_cast<float *>(bytes.data()),
                        stored.rowElements());
}

} // namespace rx::runtime
