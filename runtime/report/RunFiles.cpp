#include "runtime/report/RunFiles.h"

#include "runtime/core/Hash.h"
#include "runtime/data/LockFile.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace rx::runtime {

namespace {

Expected<std::string> hashOfFile(const std::string &path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(path.c_str(), "rb"),
                                                        std::fclose);
  if (!file)
    return makeError("{}: cannot open: {}", path, std::strerror(errno));
  CacheHash hash;
  std::vector<std::byte> piece(size_t(4) << 20);
  while (size_t count = std::fread(piece.data(), 1, piece.size(), file.get()))
    hash.add(std::span<const std::byte>(piece.data(), count));
  if (std::ferror(file.get()))
    return makeError("{}: cannot read: {}", path, std::strerror(errno));
  return "xxh3:" + hash.key().hex();
}

} // namespace

Expected<const Tokenizer *> RunFiles::tokenizer(const std::string &name) {
  if (auto it = tokenizers.find(name); it != tokenizers.end())
    return const_cast<const Tokenizer *>(it->second.get());
  auto file = weightFiles.open(name);
  if (!file)
    return std::move(file).status();
  auto made = Tokenizer::fromGguf(**file);
  if (!made)
    return std::move(made).status();
  auto kept = std::make_unique<Tokenizer>(std::move(*made));
  return const_cast<const Tokenizer *>((tokenizers[name] = std::move(kept)).get());
}

int64_t RunFiles::memoryBytes() const {
  int64_t bytes = weightFiles.memoryBytes();
  for (const auto &[name, words] : tokenizers)
    bytes += static_cast<int64_t>(words->memoryBytes());
  return bytes;
}

Expected<std::string> RunFiles::identity(const std::string &name) {
  if (auto it = known.find(name); it != known.end())
    return it->second;
  if (auto lockPath = findLockFile(programFolder))
    if (auto lock = LockFile::load(*lockPath))
      if (auto package = lock->package(name))
        return known[name] = "sha256:" + package->sha256;
  auto path = locateWeights(name, programFolder, fetchOptions);
  if (!path)
    return std::move(path).status();
  auto hash = hashOfFile(path->string());
  if (!hash)
    return hash;
  return known[name] = *hash;
}

} // namespace rx::runtime
