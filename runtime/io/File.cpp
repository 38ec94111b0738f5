#include "runtime/io/File.h"

#include "runtime/core/Checked.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace rx::runtime {

Expected<InputFile> InputFile::open(const std::string &path) {
  // O_NONBLOCK: opening a pipe with no writer must not hang before we can refuse it.
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return makeError("{}: cannot open: {}", path, std::strerror(errno));
  InputFile file(path, descriptor, 0);
  struct stat info;
  if (::fstat(descriptor, &info) != 0)
    return makeError("{}: cannot read its size: {}", path, std::strerror(errno));
  if (!S_ISREG(info.st_mode))
    return makeError("{}: not a regular file; give the path of the file itself", path);
  file.fileSize = static_cast<uint64_t>(info.st_size);
  return file;
}

InputFile::InputFile(InputFile &&other) noexcept
    : filePath(std::move(other.filePath)), descriptor(std::exchange(other.descriptor, -1)),
      fileSize(std::exchange(other.fileSize, 0)) {}

InputFile &InputFile::operator=(InputFile &&other) noexcept {
  std::swap(filePath, other.filePath);
  std::swap(descriptor, other.descriptor);
  std::swap(fileSize, other.fileSize);
  return *this;
}

InputFile::~InputFile() {
  if (descriptor >= 0)
    ::close(descriptor);
}

Status InputFile::readAt(uint64_t offset, std::span<std::byte> bytes) const {
  std::optional<uint64_t> end = checkedAdd(offset, bytes.size());
  if (!end || *end > fileSize)
    return makeError("{}: {} bytes wanted at offset {}, but the file has {} bytes", filePath,
                     bytes.size(), offset, fileSize);
  // One call transfers at most 2^31 bytes on Linux.
  constexpr size_t atOnce = size_t{1} << 30;
  while (!bytes.empty()) {
    ssize_t count = ::pread(descriptor, bytes.data(), std::min(bytes.size(), atOnce),
                            static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return makeError("{}: cannot read at offset {}: {}", filePath, offset, std::strerror(errno));
    if (count == 0)
      return makeError("{}: became shorter than {} bytes while it was read", filePath, fileSize);
    bytes = bytes.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return Status::ok();
}

} // namespace rx::runtime
