// The pieces behind GgufFile::open. Internal to runtime/io.
#pragma once

#include "runtime/io/Gguf.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rx::runtime {

static_assert(std::endian::native == std::endian::little,
              "GGUF numbers are copied as they stand in the file");

/// What a file may declare at most. Real models stay far below every one of these.
struct GgufLimits {
  static constexpr uint64_t entries = 65536; ///< metadata pairs, and tensors
  static constexpr uint64_t keyBytes = 65535;
  static constexpr uint64_t tensorNameBytes = 63;
  static constexpr uint64_t stringBytes = uint64_t{16} << 20;
  static constexpr uint64_t arrayElements = uint64_t{1} << 24;
  static constexpr uint64_t metadataBytes = uint64_t{256} << 20; ///< held in memory, all together
  static constexpr uint64_t minAlignment = 8;
  static constexpr uint64_t maxAlignment = 65536;
  static constexpr uint32_t axes = 4;
  static constexpr uint64_t axisSize = uint64_t{1} << 40;
  static constexpr uint64_t tensorElements = uint64_t{1} << 48;
};

/// Reads a header once from front to back. Whatever the file declares is compared with the bytes
/// left before anything is allocated. `what` names the part being read, for messages.
class GgufReader {
public:
  explicit GgufReader(const InputFile &file) : file(file) {}

  uint64_t position() const { return offset; }
  uint64_t fileSize() const { return file.size(); }
  uint64_t bytesLeft() const { return file.size() - offset; }

  Status readBytes(std::span<std::byte> bytes, std::string_view what);

  template <typename T> Expected<T> readNumber(std::string_view what) {
    std::array<std::byte, sizeof(T)> bytes;
    if (Status status = readBytes(bytes, what); !status)
      return status;
    return std::bit_cast<T>(bytes);
  }

  /// A length and that many bytes, 1 to `limit`.
  Expected<std::string> readName(std::string_view what, uint64_t limit);

  /// Counts `bytes` against what all metadata together may take.
  Status spendMemory(uint64_t bytes, std::string_view what);

  /// A failure that begins with the file's path.
  template <typename... Args>
  Status fail(fmt::format_string<Args...> format, Args &&...args) const {
    return Status::error(file.path() + ": " + fmt::format(format, std::forward<Args>(args)...));
  }

  /// `size` bytes of the file from `start` are all zero.
  Expected<bool> isZero(uint64_t start, uint64_t size) const;

private:
  const InputFile &file;
  uint64_t offset = 0;
  std::vector<std::byte> window;
  uint64_t windowStart = 0;
  uint64_t memorySpent = 0;
};

struct GgufCounts {
  uint32_t version = 0;
  uint64_t tensors = 0;
  uint64_t fields = 0;
};

Expected<GgufCounts> readGgufCounts(GgufReader &reader);
Expected<std::vector<GgufField>> readGgufFields(GgufReader &reader, uint64_t count);
/// Every tensor with its place checked: inside the file, aligned, apart from all others.
Expected<std::vector<GgufTensor>> readGgufTensors(GgufReader &reader, uint64_t count,
                                                  uint64_t alignment);

} // namespace rx::runtime
