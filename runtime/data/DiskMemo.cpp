#include "runtime/data/DiskMemo.h"

#include "runtime/data/Cache.h"

#include <cstring>
#include <string>

namespace rx::runtime {

namespace {

// A file: `magic`, the hash of all that follows, and the tensors: how many; of each its element
// type, rank, sizes and elements. Numbers are u64 as this machine has them.
constexpr std::string_view magic = "rxmemo01";
constexpr size_t headerBytes = magic.size() + 2 * sizeof(uint64_t);
constexpr uint64_t largestFile = uint64_t(16) << 30;
constexpr uint64_t mostTensors = 64, mostAxes = 16;

void append(std::string &text, uint64_t number) {
  text.append(reinterpret_cast<const char *>(&number), sizeof number);
}

Hash128 hashOf(std::string_view bytes) { return CacheHash().add(bytes).key(); }

std::string encode(const std::vector<HostTensor> &values) {
  std::string text(headerBytes, '\0');
  size_t size = headerBytes + sizeof(uint64_t);
  for (const HostTensor &tensor : values)
    size += (2 + tensor.shape().size()) * sizeof(uint64_t) + tensor.bytes();
  text.reserve(size); // or it would stand in memory up to three times while it grows
  append(text, values.size());
  for (const HostTensor &tensor : values) {
    append(text, tensor.dtype());
    append(text, tensor.shape().size());
    for (int64_t size : tensor.shape())
      append(text, static_cast<uint64_t>(size));
    text.append(reinterpret_cast<const char *>(tensor.data()), tensor.bytes());
  }
  Hash128 hash = hashOf(std::string_view(text).substr(headerBytes));
  std::memcpy(text.data(), magic.data(), magic.size());
  std::memcpy(text.data() + magic.size(), &hash.high, sizeof hash.high);
  std::memcpy(text.data() + magic.size() + sizeof hash.high, &hash.low, sizeof hash.low);
  return text;
}

/// Takes numbers and bytes from the front; `failed` once something was not there.
class Reader {
public:
  explicit Reader(std::string_view text) : rest(text) {}

  uint64_t number() {
    uint64_t value = 0;
    bytes(&value, sizeof value);
    return value;
  }
  /// At most `most`.
  uint64_t number(uint64_t most) {
    uint64_t value = number();
    failed |= value > most;
    return failed ? 0 : value;
  }
  void bytes(void *to, size_t count) {
    failed |= count > rest.size();
    if (failed)
      return;
    std::memcpy(to, rest.data(), count);
    rest.remove_prefix(count);
  }
  std::optional<HostTensor> tensor();

  bool failed = false;
  std::string_view rest;
};

std::optional<HostTensor> Reader::tensor() {
  auto dtype = static_cast<DType>(number(RX_BOOL));
  Shape shape(number(mostAxes));
  for (int64_t &size : shape)
    size = static_cast<int64_t>(number(INT64_MAX));
  std::optional<int64_t> size = tensorBytes(dtype, shape);
  failed |= !size || static_cast<uint64_t>(*size) > rest.size();
  Expected<HostTensor> result = HostTensor::allocate(dtype, failed ? Shape{0} : shape);
  if (failed || !result)
    return std::nullopt;
  bytes(result->data(), result->bytes());
  return std::move(*result);
}

std::optional<std::vector<HostTensor>> decode(std::string_view text) {
  if (text.size() < headerBytes || !text.starts_with(magic))
    return std::nullopt;
  Reader reader(text.substr(magic.size()));
  Hash128 hash;
  hash.high = reader.number();
  hash.low = reader.number();
  if (hash != hashOf(reader.rest))
    return std::nullopt;
  std::vector<HostTensor> values;
  for (uint64_t count = reader.number(mostTensors); values.size() < count;) {
    std::optional<HostTensor> tensor = reader.tensor();
    if (!tensor)
      return std::nullopt;
    values.push_back(std::move(*tensor));
  }
  if (reader.failed || !reader.rest.empty())
    return std::nullopt;
  return values;
}

} // namespace

std::optional<std::vector<HostTensor>> DiskMemo::find(const Hash128 &key) {
  Expected<std::string> text = readWhole(folder / key.hex(), largestFile);
  return text ? decode(*text) : std::nullopt;
}

void DiskMemo::keep(const Hash128 &key, const std::vector<HostTensor> &values) {
  Status written = writeWhole(folder / key.hex(), encode(values));
  if (!written && onProblem && !reported.exchange(true))
    onProblem(written);
}

} // namespace rx::runtime
