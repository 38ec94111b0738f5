// The first part of a GGUF header: keys and values.
#include "runtime/io/GgufHeader.h"

#include <algorithm>

namespace rx::runtime {

namespace {

bool isPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

Status appendString(GgufReader &reader, GgufField &field, std::string_view what) {
  Expected<uint64_t> length = reader.readNumber<uint64_t>(what);
  if (!length)
    return length.status();
  if (*length > GgufLimits::stringBytes || *length > reader.bytesLeft())
    return reader.fail("{} declares a string of {} bytes, but at most {} are allowed and {} bytes "
                       "follow; the file is damaged",
                       what, *length, GgufLimits::stringBytes, reader.bytesLeft());
  if (Status status = reader.spendMemory(*length + sizeof(uint64_t), what); !status)
    return status;
  size_t begin = field.bytes.size();
  field.bytes.resize(begin + *length);
  field.ends.push_back(field.bytes.size());
  return reader.readBytes(std::span(field.bytes).subspan(begin), what);
}

Status readElements(GgufReader &reader, GgufField &field, std::string_view what) {
  if (field.type == GgufType::String) {
    for (uint64_t i = 0; i < field.count; ++i)
      if (Status status = appendString(reader, field, what); !status)
        return status;
    return Status::ok();
  }
  uint64_t size = field.count * ggufTypeSize(field.type);
  if (Status status = reader.spendMemory(size, what); !status)
    return status;
  field.bytes.resize(size);
  return reader.readBytes(field.bytes, what);
}

/// Element type and count of an array.
Status readArrayHead(GgufReader &reader, GgufField &field, std::string_view what) {
  Expected<uint32_t> type = reader.readNumber<uint32_t>(what);
  if (!type)
    return type.status();
  Expected<uint64_t> count = reader.readNumber<uint64_t>(what);
  if (!count)
    return count.status();
  field.isArray = true;
  field.type = static_cast<GgufType>(*type);
  field.count = *count;
  if (field.type == GgufType::Array)
    return reader.fail("{} is an array of arrays, which is not supported; convert the model again",
                       what);
  // A string takes at least its length.
  uint64_t smallest = field.type == GgufType::String ? 8 : ggufTypeSize(field.type);
  if (smallest == 0)
    return reader.fail("{} is an array of the unknown type {}; the file is damaged or newer than "
                       "this reader",
                       what, *type);
  if (*count > GgufLimits::arrayElements || *count > reader.bytesLeft() / smallest)
    return reader.fail("{} declares {} array elements, but at most {} are allowed and {} bytes "
                       "follow; the file is damaged",
                       what, *count, GgufLimits::arrayElements, reader.bytesLeft());
  return Status::ok();
}

Status checkBools(const GgufReader &reader, const GgufField &field, std::string_view what) {
  for (std::byte byte : field.bytes)
    if (byte > std::byte{1})
      return reader.fail("{} holds a bool of value {}, allowed are 0 and 1; the file is damaged",
                         what, static_cast<unsigned>(byte));
  return Status::ok();
}

Status readValue(GgufReader &reader, GgufField &field, std::string_view what) {
  Expected<uint32_t> type = reader.readNumber<uint32_t>(what);
  if (!type)
    return type.status();
  field.type = static_cast<GgufType>(*type);
  if (field.type == GgufType::Array) {
    if (Status status = readArrayHead(reader, field, what); !status)
      return status;
  } else if (field.type != GgufType::String && ggufTypeSize(field.type) == 0) {
    return reader.fail("{} has the unknown value type {}; the file is damaged or newer than this "
                       "reader",
                       what, *type);
  }
  if (Status status = readElements(reader, field, what); !status)
    return status;
  return field.type == GgufType::Bool ? checkBools(reader, field, what) : Status::ok();
}

} // namespace

Expected<std::vector<GgufField>> readGgufFields(GgufReader &reader, uint64_t count) {
  std::vector<GgufField> fields;
  for (uint64_t i = 0; i < count; ++i) {
    std::string place = fmt::format("metadata pair {} of {}", i + 1, count);
    if (Status status = reader.spendMemory(sizeof(GgufField), place); !status)
      return status;
    Expected<std::string> key = reader.readName(place, GgufLimits::keyBytes);
    if (!key)
      return key.status();
    if (!isPrintableAscii(*key))
      return reader.fail("{} has the key {}, which is not printable ASCII; the file is damaged",
                         place, quoteForMessage(*key));
    GgufField &field = fields.emplace_back();
    field.key = *std::move(key);
    if (Status status = readValue(reader, field, "metadata " + quoteForMessage(field.key)); !status)
      return status;
  }
  return fields;
}

} // namespace rx::runtime
