// One metadata value of a GGUF file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

/// Value types by their numbers in the file.
enum class GgufType : uint32_t {
  U8 = 0,
  I8 = 1,
  U16 = 2,
  I16 = 3,
  U32 = 4,
  I32 = 5,
  F32 = 6,
  Bool = 7,
  String = 8,
  Array = 9,
  U64 = 10,
  I64 = 11,
  F64 = 12,
};

/// "u32", "string" ...; "unknown" for a number that is no type.
std::string_view ggufTypeName(GgufType type);

/// Bytes of one element in the file; 0 for strings, arrays and unknown numbers.
uint32_t ggufTypeSize(GgufType type);

bool isGgufInteger(GgufType type);

struct GgufField {
  std::string key;
  GgufType type = GgufType::U8; ///< of the elements, when isArray
  bool isArray = false;
  uint64_t count = 1; ///< elements; 1 for a scalar

  /// Elements as they stand in the file; for strings their bytes, one after the other.
  std::vector<std::byte> bytes;
  /// For strings: where each one ends in `bytes`.
  std::vector<uint64_t> ends;

  std::string_view stringAt(uint64_t index) const;
  /// Integer and bool elements; nothing for a u64 above the range of i64.
  std::optional<int64_t> integerAt(uint64_t index) const;
  float f32At(uint64_t index) const;

  /// "u32", "array of 262144 strings" ...
  std::string describeType() const;
  /// The value for people: at most `maxElements` elements and 80 bytes per string, with control
  /// characters and invalid UTF-8 escaped.
  std::string describeValue(uint64_t maxElements = 8) const;
};

/// `text` in single quotes, safe to print: at most 80 bytes, control characters escaped.
std::string quoteForMessage(std::string_view text);

} // namespace rx::runtime
