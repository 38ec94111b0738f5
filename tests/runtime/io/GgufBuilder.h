// Builds GGUF files in memory, valid ones and ones that lie.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime::test {

/// The bytes of a number as they stand in a file.
template <typename T> std::string raw(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

inline std::string rawString(std::string_view text) {
  return raw<uint64_t>(text.size()) + std::string(text);
}

class GgufBuilder {
public:
  // What the header claims, where it is not the truth.
  uint32_t version = 3;
  std::optional<uint64_t> claimedTensors, claimedFields;
  /// Of the data section, as it is really written.
  uint64_t alignment = 32;

  GgufBuilder &field(std::string_view key, uint32_t type, std::string_view payload) {
    fieldBytes += rawString(key) + raw(type) + std::string(payload);
    ++fieldCount;
    return *this;
  }
  GgufBuilder &u32(std::string_view key, uint32_t value) { return field(key, 4, raw(value)); }
  GgufBuilder &i32(std::string_view key, int32_t value) { return field(key, 5, raw(value)); }
  GgufBuilder &f32(std::string_view key, float value) { return field(key, 6, raw(value)); }
  GgufBuilder &boolean(std::string_view key, uint8_t value) { return field(key, 7, raw(value)); }
  GgufBuilder &string(std::string_view key, std::string_view value) {
    return field(key, 8, rawString(value));
  }
  GgufBuilder &u64(std::string_view key, uint64_t value) { return field(key, 10, raw(value)); }

  template <typename T>
  GgufBuilder &array(std::string_view key, uint32_t type, const std::vector<T> &values) {
    std::string payload = raw(type) + raw<uint64_t>(values.size());
    for (const T &value : values)
      payload += raw(value);
    return field(key, 9, payload);
  }
  GgufBuilder &strings(std::string_view key, const std::vector<std::string> &values) {
    std::string payload = raw<uint32_t>(8) + raw<uint64_t>(values.size());
    for (const std::string &value : values)
      payload += rawString(value);
    return field(key, 9, payload);
  }

  /// A tensor record that may lie. `dims` fastest first, as in the file.
  GgufBuilder &record(std::string_view name, const std::vector<uint64_t> &dims, uint32_t type,
                      uint64_t offset) {
    recordBytes += rawString(name) + raw(static_cast<uint32_t>(dims.size()));
    for (uint64_t dim : dims)
      recordBytes += raw(dim);
    return rawRecord(raw(type) + raw(offset));
  }
  /// The end of a record, or a whole one.
  GgufBuilder &rawRecord(std::string_view bytes) {
    recordBytes += bytes;
    ++recordCount;
    return *this;
  }

  /// An honest tensor.
  GgufBuilder &tensor(std::string_view name, const std::vector<uint64_t> &dims, uint32_t type,
                      std::string_view bytes) {
    record(name, dims, type, dataBytes.size());
    return data(bytes);
  }
  /// Bytes of the data section, padded.
  GgufBuilder &data(std::string_view bytes) {
    dataBytes += bytes;
    dataBytes.resize((dataBytes.size() + alignment - 1) / alignment * alignment);
    return *this;
  }

  std::string bytes() const {
    std::string file = "GGUF" + raw(version) + raw(claimedTensors.value_or(recordCount)) +
                       raw(claimedFields.value_or(fieldCount)) + fieldBytes + recordBytes;
    if (recordCount != 0)
      file.resize((file.size() + alignment - 1) / alignment * alignment);
    return file + dataBytes;
  }

private:
  std::string fieldBytes, recordBytes, dataBytes;
  uint64_t fieldCount = 0, recordCount = 0;
};

/// A file that exists as long as the object.
class TemporaryFile {
public:
  explicit TemporaryFile(std::string_view bytes) {
    static int counter = 0;
    const auto *info = testing::UnitTest::GetInstance()->current_test_info();
    std::string test = std::string(info->test_suite_name()) + "_" + info->name();
    std::replace(test.begin(), test.end(), '/', '_');
    name = testing::TempDir() + "rxc_" + test + "_" + std::to_string(counter++) + ".gguf";
    write(bytes);
  }
  ~TemporaryFile() { std::remove(name.c_str()); }
  TemporaryFile(const TemporaryFile &) = delete;

  void write(std::string_view bytes) const {
    std::ofstream(name, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  const std::string &path() const { return name; }

private:
  std::string name;
};

} // namespace rx::runtime::test
