#include "runtime/io/Gguf.h"

#include "runtime/core/Checked.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rx::runtime {

namespace {

/// The element of `sorted` (indices into `items`, ordered by name) with this name, or nullptr.
template <typename Item, typename NameOf>
const Item *findByName(const std::vector<Item> &items, const std::vector<uint32_t> &sorted,
                       std::string_view name, NameOf nameOf) {
  auto found = std::lower_bound(
      sorted.begin(), sorted.end(), name,
      [&](uint32_t index, std::string_view wanted) { return nameOf(items[index]) < wanted; });
  if (found == sorted.end() || nameOf(items[*found]) != name)
    return nullptr;
  return &items[*found];
}

Status wrongType(const std::string &path, const GgufField &field, std::string_view wanted) {
  return makeError("{}: metadata '{}' is {}, expected {}; the file was written by a tool that "
                   "disagrees with the format, convert the model again",
                   path, field.key, field.describeType(), wanted);
}

} // namespace

uint64_t GgufTensor::rows() const {
  uint64_t count = 1;
  for (size_t axis = 0; axis + 1 < shape.size(); ++axis)
    count *= static_cast<uint64_t>(shape[axis]);
  return count;
}

uint64_t GgufFile::memoryBytes() const {
  uint64_t bytes = 0;
  for (const GgufField &field : fieldList)
    bytes += field.bytes.capacity() + field.ends.capacity() * sizeof(uint64_t);
  return bytes;
}

const GgufField *GgufFile::find(std::string_view key) const {
  return findByName(fieldList, fieldsByKey, key,
                    [](const GgufField &field) -> std::string_view { return field.key; });
}

const GgufTensor *GgufFile::findTensor(std::string_view name) const {
  return findByName(tensorList, tensorsByName, name,
                    [](const GgufTensor &tensor) -> std::string_view { return tensor.name; });
}

Expected<const GgufTensor *> GgufFile::getTensor(std::string_view name) const {
  if (const GgufTensor *tensor = findTensor(name))
    return tensor;
  return makeError("{}: no tensor {} among {}; is this the model that the program declares?",
                   path(), quoteForMessage(name), tensorList.size());
}

Expected<const GgufField *> GgufFile::getField(std::string_view key) const {
  if (const GgufField *field = find(key))
    return field;
  return makeError("{}: metadata '{}' is missing; convert the model again with a converter that "
                   "writes it",
                   path(), key);
}

Expected<const GgufField *> GgufFile::getScalar(std::string_view key, GgufType type) const {
  Expected<const GgufField *> field = getField(key);
  if (field && ((*field)->isArray || (*field)->type != type))
    return wrongType(path(), **field, ggufTypeName(type));
  return field;
}

Expected<const GgufField *> GgufFile::getArray(std::string_view key,
                                               std::optional<uint64_t> length) const {
  Expected<const GgufField *> field = getField(key);
  if (!field)
    return field;
  if (!(*field)->isArray)
    return wrongType(path(), **field, "an array");
  if (length && (*field)->count != *length)
    return makeError("{}: metadata '{}' has {} elements, expected {}; the file is inconsistent, "
                     "convert the model again",
                     path(), key, (*field)->count, *length);
  return field;
}

Expected<int64_t> GgufFile::getI64(std::string_view key) const {
  Expected<const GgufField *> field = getField(key);
  if (!field)
    return field.status();
  if ((*field)->isArray || !isGgufInteger((*field)->type))
    return wrongType(path(), **field, "an integer");
  if (std::optional<int64_t> value = (*field)->integerAt(0))
    return *value;
  return makeError("{}: metadata '{}' = {} is above 2^63 - 1", path(), key,
                   (*field)->describeValue());
}

Expected<uint64_t> GgufFile::getU64(std::string_view key) const {
  Expected<int64_t> value = getI64(key);
  if (!value)
    return value.status();
  if (*value < 0)
    return makeError("{}: metadata '{}' = {} must not be negative", path(), key, *value);
  return static_cast<uint64_t>(*value);
}

Expected<uint32_t> GgufFile::getU32(std::string_view key) const {
  Expected<uint64_t> value = getU64(key);
  if (!value)
    return value.status();
  if (*value > std::numeric_limits<uint32_t>::max())
    return makeError("{}: metadata '{}' = {} is above 2^32 - 1", path(), key, *value);
  return static_cast<uint32_t>(*value);
}

Expected<float> GgufFile::getF32(std::string_view key) const {
  Expected<const GgufField *> field = getScalar(key, GgufType::F32);
  if (!field)
    return field.status();
  float value = (*field)->f32At(0);
  if (!std::isfinite(value))
    return makeError("{}: metadata '{}' = {} must be finite", path(), key, value);
  return value;
}

Expected<bool> GgufFile::getBool(std::string_view key) const {
  Expected<const GgufField *> field = getScalar(key, GgufType::Bool);
  if (!field)
    return field.status();
  return *(*field)->integerAt(0) != 0;
}

Expected<std::string_view> GgufFile::getString(std::string_view key) const {
  Expected<const GgufField *> field = getScalar(key, GgufType::String);
  if (!field)
    return field.status();
  return (*field)->stringAt(0);
}

Expected<std::vector<std::string_view>>
GgufFile::getStringArray(std::string_view key, std::optional<uint64_t> length) const {
  Expected<const GgufField *> field = getArray(key, length);
  if (!field)
    return field.status();
  if ((*field)->type != GgufType::String)
    return wrongType(path(), **field, "an array of strings");
  std::vector<std::string_view> strings((*field)->count);
  for (uint64_t i = 0; i < strings.size(); ++i)
    strings[i] = (*field)->stringAt(i);
  return strings;
}

Expected<std::vector<float>> GgufFile::getF32Array(std::string_view key,
                                                   std::optional<uint64_t> length) const {
  Expected<const GgufField *> field = getArray(key, length);
  if (!field)
    return field.status();
  bool isInteger = (*field)->type == GgufType::I32;
  if (!isInteger && (*field)->type != GgufType::F32)
    return wrongType(path(), **field, "an array of f32s");
  std::vector<float> values((*field)->count);
  for (uint64_t i = 0; i < values.size(); ++i) {
    values[i] = isInteger ? static_cast<float>(*(*field)->integerAt(i)) : (*field)->f32At(i);
    if (!std::isfinite(values[i]))
      return makeError("{}: metadata '{}', element {} = {} must be finite", path(), key, i,
                       values[i]);
  }
  return values;
}

Expected<std::vector<int64_t>> GgufFile::getI64Array(std::string_view key,
                                                     std::optional<uint64_t> length) const {
  Expected<const GgufField *> field = getArray(key, length);
  if (!field)
    return field.status();
  if (!isGgufInteger((*field)->type))
    return wrongType(path(), **field, "an array of integers");
  std::vector<int64_t> values((*field)->count);
  for (uint64_t i = 0; i < values.size(); ++i) {
    std::optional<int64_t> value = (*field)->integerAt(i);
    if (!value)
      return makeError("{}: metadata '{}', element {} is above 2^63 - 1", path(), key, i);
    values[i] = *value;
  }
  return values;
}

Expected<std::vector<bool>> GgufFile::getBoolArray(std::string_view key,
                                                   std::optional<uint64_t> length) const {
  Expected<const GgufField *> field = getArray(key, length);
  if (!field)
    return field.status();
  if ((*field)->type != GgufType::Bool)
    return wrongType(path(), **field, "an array of bools");
  std::vector<bool> values((*field)->count);
  for (uint64_t i = 0; i < values.size(); ++i)
    values[i] = *(*field)->integerAt(i) != 0;
  return values;
}

Status GgufFile::readRaw(const GgufTensor &tensor, std::span<std::byte> bytes) const {
  if (bytes.size() != tensor.size)
    return makeError("{}: tensor '{}' has {} bytes, the buffer {}", path(), tensor.name,
                     tensor.size, bytes.size());
  return readRaw(tensor, 0, bytes);
}

Status GgufFile::readRaw(const GgufTensor &tensor, uint64_t start,
                         std::span<std::byte> bytes) const {
  std::optional<uint64_t> end = checkedAdd(start, bytes.size());
  if (!end || *end > tensor.size)
    return makeError("{}: tensor '{}' has {} bytes, {} wanted from byte {} on", path(), tensor.name,
                     tensor.size, bytes.size(), start);
  return file.readAt(tensor.offset + start, bytes)
      .withContext(fmt::format("tensor '{}'", tensor.name));
}

} // namespace rx::runtime
