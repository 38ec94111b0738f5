#include "runtime/io/GgufIdentity.h"

#include "runtime/core/Hash.h"

#include <charconv>
#include <vector>

namespace rx::runtime {

namespace {

Expected<std::string> identityOf(const InputFile &file, uint64_t headerBytes) {
  std::vector<std::byte> header(headerBytes);
  if (Status read = file.readAt(0, header); !read)
    return read;
  Hash128 hash = CacheHash().add(std::span<const std::byte>(header)).key();
  return fmt::format("{}-{}-{}", file.size(), headerBytes, hash.hex());
}

} // namespace

Expected<std::string> headerIdentity(const GgufFile &file) {
  return identityOf(file.input(), file.headerBytes());
}

bool hasHeader(const std::string &path, std::string_view identity) {
  size_t begin = identity.find('-') + 1, end = identity.find('-', begin);
  uint64_t headerBytes = 0;
  auto read = std::from_chars(identity.data() + begin,
                              identity.data() + std::min(end, identity.size()), headerBytes);
  Expected<InputFile> file = InputFile::open(path);
  if (read.ec != std::errc() || !file || headerBytes > file->size())
    return false;
  Expected<std::string> found = identityOf(*file, headerBytes);
  return found && *found == identity;
}

} // namespace rx::runtime
