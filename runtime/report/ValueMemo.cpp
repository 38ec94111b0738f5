#include "runtime/report/ValueMemo.h"

#include "runtime/data/Cache.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <cstring>

namespace rx::runtime {

using nlohmann::json;

namespace {

static_assert(std::endian::native == std::endian::little, "the values are little-endian");

constexpr std::string_view magic = "RXMEMO1\n";
constexpr size_t hexDigits = 32;
constexpr size_t headerBytes = magic.size() + hexDigits + 1;
constexpr uint64_t largestFile = uint64_t(1) << 30;

std::string checksum(std::string_view payload) { return CacheHash().add(payload).key().hex(); }

std::string serialise(const MemoEntry &entry) {
  json header = {{"what", entry.what},
                 {"dtype", rx_dtype_name(entry.value.dtype())},
                 {"shape", entry.value.shape()},
                 {"seconds", entry.seconds},
                 {"batches", entry.batches},
                 {"tokens", entry.tokens},
                 {"planned_bytes", entry.plannedBytes}};
  std::string payload = header.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  payload.append(reinterpret_cast<const char *>(entry.value.data()),
                 static_cast<size_t>(entry.value.bytes()));
  return std::string(magic) + checksum(payload) + "\n" + payload;
}

/// Nothing if any byte is not as it was written.
std::optional<MemoEntry> deserialise(std::string_view file) {
  if (file.size() < headerBytes || !file.starts_with(magic) || file[headerBytes - 1] != '\n')
    return std::nullopt;
  std::string_view payload = file.substr(headerBytes);
  size_t end = payload.find('\n');
  if (checksum(payload) != file.substr(magic.size(), hexDigits) || end == payload.npos)
    return std::nullopt;
  std::string_view bytes = payload.substr(end + 1);
  try {
    json header = json::parse(payload.substr(0, end));
    auto dtype = plainDtype(header.at("dtype").get<std::string>());
    if (!dtype)
      return std::nullopt;
    auto value = HostTensor::allocate(*dtype, header.at("shape").get<Shape>());
    if (!value || value->bytes() != std::ssize(bytes))
      return std::nullopt;
    std::memcpy(value->data(), bytes.data(), bytes.size());
    return MemoEntry{header.at("what"),    std::move(*value),   header.at("seconds"),
                     header.at("batches"), header.at("tokens"), header.at("planned_bytes")};
  } catch (const json::exception &) { // another version's
    return std::nullopt;
  }
}

} // namespace

std::optional<MemoEntry> ValueMemo::find(const Hash128 &key) const {
  auto bytes = readWhole(fileOf(key), largestFile);
  if (!bytes)
    return std::nullopt;
  auto entry = deserialise(*bytes);
  std::error_code ignored;
  if (entry)
    std::filesystem::last_write_time(fileOf(key), std::filesystem::file_time_type::clock::now(),
                                     ignored);
  return entry;
}

std::optional<std::string> ValueMemo::describe(const std::filesystem::path &file) {
  auto bytes = readWhole(file, largestFile);
  auto entry = bytes ? deserialise(*bytes) : std::nullopt;
  return entry ? std::optional(entry->what) : std::nullopt;
}

Status ValueMemo::store(const Hash128 &key, const MemoEntry &entry) const {
  return writeWhole(fileOf(key), serialise(entry));
}

} // namespace rx::runtime
