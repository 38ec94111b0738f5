// Reading GGUF files, versions 2 and 3. Every file is hostile: no declared number is trusted before
// it has been compared with the bytes that are really there.
//
// Format: the GGUF specification of the ggml project (docs/gguf.md), with the stricter rules of its
// reference reader where the two differ.
#pragma once

#include "runtime/abi/DType.h"
#include "runtime/core/Status.h"
#include "runtime/io/File.h"
#include "runtime/io/GgufValue.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

struct GgufTensor {
  std::string name;
  std::vector<int64_t> shape; ///< row-major: slowest axis first, as every tensor in this project
  rx_dtype dtype = RX_F32;
  uint64_t offset = 0; ///< first byte, from the start of the file
  uint64_t size = 0;   ///< bytes

  /// A row is a run along the last axis; blocks never span rows.
  uint64_t rowElements() const { return static_cast<uint64_t>(shape.back()); }
  uint64_t rows() const;
  uint64_t rowBytes() const { return size / rows(); }
};

/// An open file: its whole header in memory, its tensor data on disk.
///
/// The typed getters fail with the file's path, the key, what stands there and what was expected.
/// What they return by view lives as long as the GgufFile (moving it is fine).
class GgufFile {
public:
  /// Reads and checks the header; no tensor data is read. At most 256 MiB of metadata is kept.
  static Expected<GgufFile> open(const std::string &path);

  const std::string &path() const { return file.path(); }
  const InputFile &input() const { return file; }
  uint32_t version() const { return formatVersion; }
  /// From the start of the file to the end of what describes its tensors.
  uint64_t headerBytes() const { return headerEnd; }

  /// All metadata in file order.
  const std::vector<GgufField> &fields() const { return fieldList; }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  const GgufField *find(std::string_view key) const;

  /// Any integer type whose value fits.
  Expected<uint32_t> getU32(std::string_view key) const;
  Expected<uint64_t> getU64(std::string_view key) const;
  Expected<int64_t> getI64(std::string_view key) const;
  /// An f32; infinities and NaN are errors.
  Expected<float> getF32(std::string_view key) const;
  Expected<bool> getBool(std::string_view key) const;
  Expected<std::string_view> getString(std::string_view key) const;

  /// Arrays. With `length`, any other number of elements is an error.
  Expected<std::vector<std::string_view>>
  getStringArray(std::string_view key, std::optional<uint64_t> length = std::nullopt) const;
  /// f32 elements, all finite; i32 elements are converted (some writers store scores so).
  Expected<std::vector<float>> getF32Array(std::string_view key,
                                           std::optional<uint64_t> length = std::nullopt) const;
  /// Elements of any integer type up to i64.
  Expected<std::vector<int64_t>> getI64Array(std::string_view key,
                                             std::optional<uint64_t> length = std::nullopt) const;
  Expected<std::vector<bool>> getBoolArray(std::string_view key,
                                           std::optional<uint64_t> length = std::nullopt) const;

  /// Bytes of metadata held in memory.
  uint64_t memoryBytes() const;

  /// All tensors in file order.
  const std::vector<GgufTensor> &tensors() const { return tensorList; }
  /// nullptr when there is no such tensor.
  const GgufTensor *findTensor(std::string_view name) const;
  /// As findTensor, with a message that names the file and the tensor.
  Expected<const GgufTensor *> getTensor(std::string_view name) const;

  /// The tensor's stored bytes; `bytes` must be exactly tensor.size long.
  Status readRaw(const GgufTensor &tensor, std::span<std::byte> bytes) const;
  /// Part of them, from `start` bytes into the tensor.
  Status readRaw(const GgufTensor &tensor, uint64_t start, std::span<std::byte> bytes) const;

private:
  explicit GgufFile(InputFile file) : file(std::move(file)) {}

  Expected<const GgufField *> getField(std::string_view key) const;
  Expected<const GgufField *> getScalar(std::string_view key, GgufType type) const;
  Expected<const GgufField *> getArray(std::string_view key, std::optional<uint64_t> length) const;

  InputFile file;
  uint32_t formatVersion = 0;
  uint64_t headerEnd = 0;
  std::vector<GgufField> fieldList;
  std::vector<GgufTensor> tensorList;
  // Indices sorted by name: look-up stays logarithmic for whatever names a file contains.
  std::vector<uint32_t> fieldsByKey;
  std::vector<uint32_t> tensorsByName;
};

} // namespace rx::runtime
