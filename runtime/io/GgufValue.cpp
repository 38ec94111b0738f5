#include "runtime/io/GgufValue.h"

#include "runtime/core/Utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace rx::runtime {

namespace {

template <typename T> T loadElement(const GgufField &field, uint64_t index) {
  T value;
  std::memcpy(&value, field.bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

std::string describeElement(const GgufField &field, uint64_t index) {
  switch (field.type) {
  case GgufType::String:
    return quoteForMessage(field.stringAt(index));
  case GgufType::F32:
    return fmt::format("{}", field.f32At(index));
  case GgufType::F64:
    return fmt::format("{}", loadElement<double>(field, index));
  case GgufType::U64:
    return fmt::format("{}", loadElement<uint64_t>(field, index));
  case GgufType::Bool:
    return *field.integerAt(index) ? "true" : "false";
  default:
    return fmt::format("{}", *field.integerAt(index));
  }
}

} // namespace

std::string_view ggufTypeName(GgufType type) {
  switch (type) {
  case GgufType::U8:
    return "u8";
  case GgufType::I8:
    return "i8";
  case GgufType::U16:
    return "u16";
  case GgufType::I16:
    return "i16";
  case GgufType::U32:
    return "u32";
  case GgufType::I32:
    return "i32";
  case GgufType::F32:
    return "f32";
  case GgufType::Bool:
    return "bool";
  case GgufType::String:
    return "string";
  case GgufType::Array:
    return "array";
  case GgufType::U64:
    return "u64";
  case GgufType::I64:
    return "i64";
  case GgufType::F64:
    return "f64";
  }
  return "unknown";
}

uint32_t ggufTypeSize(GgufType type) {
  switch (type) {
  case GgufType::U8:
  case GgufType::I8:
  case GgufType::Bool:
    return 1;
  case GgufType::U16:
  case GgufType::I16:
    return 2;
  case GgufType::U32:
  case GgufType::I32:
  case GgufType::F32:
    return 4;
  case GgufType::U64:
  case GgufType::I64:
  case GgufType::F64:
    return 8;
  case GgufType::String:
  case GgufType::Array:
    return 0;
  }
  return 0;
}

bool isGgufInteger(GgufType type) {
  switch (type) {
  case GgufType::U8:
  case GgufType::I8:
  case GgufType::U16:
  case GgufType::I16:
  case GgufType::U32:
  case GgufType::I32:
  case GgufType::U64:
  case GgufType::I64:
    return true;
  default:
    return false;
  }
}

std::string_view GgufField::stringAt(uint64_t index) const {
  uint64_t begin = index == 0 ? 0 : ends[index - 1];
  return {reinterpret_cast<const char *>(bytes.data()) + begin, ends[index] - begin};
}

std::optional<int64_t> GgufField::integerAt(uint64_t index) const {
  switch (type) {
  case GgufType::U8:
  case GgufType::Bool:
    return loadElement<uint8_t>(*this, index);
  case GgufType::I8:
    return loadElement<int8_t>(*this, index);
  case GgufType::U16:
    return loadElement<uint16_t>(*this, index);
  case GgufType::I16:
    return loadElement<int16_t>(*this, index);
  case GgufType::U32:
    return loadElement<uint32_t>(*this, index);
  case GgufType::I32:
    return loadElement<int32_t>(*this, index);
  case GgufType::I64:
    return loadElement<int64_t>(*this, index);
  case GgufType::U64: {
    auto value = loadElement<uint64_t>(*this, index);
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      return std::nullopt;
    return static_cast<int64_t>(value);
  }
  default:
    return std::nullopt;
  }
}

float GgufField::f32At(uint64_t index) const { return loadElement<float>(*this, index); }

std::string GgufField::describeType() const {
  if (!isArray)
    return std::string(ggufTypeName(type));
  return fmt::format("array of {} {}{}", count, ggufTypeName(type), count == 1 ? "" : "s");
}

std::string GgufField::describeValue(uint64_t maxElements) const {
  if (!isArray)
    return describeElement(*this, 0);
  std::string text = "[";
  for (uint64_t i = 0; i < std::min(count, maxElements); ++i)
    text += (i ? ", " : "") + describeElement(*this, i);
  if (count > maxElements)
    text += fmt::format(", ... {} in all", count);
  return text + "]";
}

std::string quoteForMessage(std::string_view text) {
  constexpr size_t longest = 80;
  size_t end = 0; // of the last whole character that begins before `longest`
  while (end < text.size() && end < longest)
    end += decodeUtf8(text, end).length;
  return "'" + escapeControls(text.substr(0, end)) + (end < text.size() ? "..." : "") + "'";
}

} // namespace rx::runtime
