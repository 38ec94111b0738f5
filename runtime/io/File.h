// A file opened for reading at explicit offsets.
#pragma once

#include "runtime/core/Status.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace rx::runtime {

/// A regular file. Reads use pread, so that several threads may share one object and a file
/// truncated by someone else is an error message instead of a signal (as it would be with mmap).
class InputFile {
public:
  static Expected<InputFile> open(const std::string &path);

  InputFile(InputFile &&other) noexcept;
  InputFile &operator=(InputFile &&other) noexcept;
  ~InputFile();

  const std::string &path() const { return filePath; }

  /// Bytes in the file when it was opened.
  uint64_t size() const { return fileSize; }

  /// Fills `bytes` from `offset`; fails, naming the file, when it ends before.
  Status readAt(uint64_t offset, std::span<std::byte> bytes) const;

private:
  InputFile(std::string path, int descriptor, uint64_t size)
      : filePath(std::move(path)), descriptor(descriptor), fileSize(size) {}

  std::string filePath;
  int descriptor = -1;
  uint64_t fileSize = 0;
};

} // namespace rx::runtime
