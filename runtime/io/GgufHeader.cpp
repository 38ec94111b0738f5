#include "runtime/io/GgufHeader.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace rx::runtime {

namespace {

constexpr uint64_t headerBytes = 24;
constexpr uint64_t smallestField = 13;
constexpr uint64_t smallestTensorRecord = 24;

/// Indices of `items` ordered by name; fails when two share one.
template <typename Item, typename NameOf>
Expected<std::vector<uint32_t>> sortByName(const std::string &path, std::string_view kind,
                                           const std::vector<Item> &items, NameOf nameOf) {
  std::vector<uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return nameOf(items[a]) < nameOf(items[b]); });
  auto twin = std::adjacent_find(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return nameOf(items[a]) == nameOf(items[b]);
  });
  if (twin != order.end())
    return makeError("{}: {} {} stands in the file twice; readers would disagree which one counts, "
                     "convert the model again",
                     path, kind, quoteForMessage(nameOf(items[*twin])));
  return order;
}

/// The alignment of the data section, from the metadata or the format's default.
Expected<uint64_t> readAlignment(const GgufFile &file) {
  constexpr std::string_view key = "general.alignment";
  const GgufField *field = file.find(key);
  if (!field)
    return uint64_t{32};
  if (field->isArray || field->type != GgufType::U32)
    return makeError("{}: metadata '{}' is {}, expected u32; convert the model again", file.path(),
                     key, field->describeType());
  auto alignment = static_cast<uint64_t>(*field->integerAt(0));
  if (!std::has_single_bit(alignment) || alignment < GgufLimits::minAlignment ||
      alignment > GgufLimits::maxAlignment)
    return makeError("{}: metadata '{}' = {} must be a power of two from {} to {}; convert the "
                     "model again",
                     file.path(), key, alignment, GgufLimits::minAlignment,
                     GgufLimits::maxAlignment);
  return alignment;
}

} // namespace

Status GgufReader::readBytes(std::span<std::byte> bytes, std::string_view what) {
  if (bytes.size() > bytesLeft())
    return fail("the file ends inside {}: {} bytes wanted at offset {}, {} left; it is truncated, "
                "fetch it again",
                what, bytes.size(), offset, bytesLeft());
  // Small reads come out of a window, so that a vocabulary does not cost a system call per string.
  constexpr uint64_t windowBytes = 1 << 16;
  if (bytes.size() >= windowBytes) {
    Status status = file.readAt(offset, bytes);
    offset += bytes.size();
    return status;
  }
  if (offset < windowStart || offset + bytes.size() > windowStart + window.size()) {
    window.resize(std::min(windowBytes, bytesLeft()));
    windowStart = offset;
    if (Status status = file.readAt(offset, window); !status)
      return status;
  }
  if (!bytes.empty())
    std::memcpy(bytes.data(), window.data() + (offset - windowStart), bytes.size());
  offset += bytes.size();
  return Status::ok();
}

Expected<std::string> GgufReader::readName(std::string_view what, uint64_t limit) {
  Expected<uint64_t> length = readNumber<uint64_t>(what);
  if (!length)
    return length.status();
  if (*length == 0 || *length > limit)
    return fail("{} has a name of {} bytes, allowed are 1 to {}; the file is damaged", what,
                *length, limit);
  if (Status status = spendMemory(*length, what); !status)
    return status;
  std::string name(*length, '\0'); // at most `limit` bytes, whatever is left
  if (Status status = readBytes(std::as_writable_bytes(std::span(name)), what); !status)
    return status;
  return name;
}

Status GgufReader::spendMemory(uint64_t bytes, std::string_view what) {
  memorySpent += bytes; // every caller's number is below 2^30: no wrap
  if (memorySpent > GgufLimits::metadataBytes)
    return fail("{} brings the metadata above {} MiB; no model needs as much, the file is damaged",
                what, GgufLimits::metadataBytes >> 20);
  return Status::ok();
}

Expected<bool> GgufReader::isZero(uint64_t start, uint64_t size) const {
  std::vector<std::byte> bytes(size);
  if (Status status = file.readAt(start, bytes); !status)
    return status;
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

Expected<GgufCounts> readGgufCounts(GgufReader &reader) {
  if (reader.fileSize() < headerBytes)
    return reader.fail("{} bytes are too few for a GGUF file, whose header alone has {}; it is "
                       "truncated, fetch it again",
                       reader.fileSize(), headerBytes);
  std::array<char, 4> magic;
  if (Status status = reader.readBytes(std::as_writable_bytes(std::span(magic)), "the magic");
      !status)
    return status;
  std::string_view text(magic.data(), magic.size());
  if (text != "GGUF")
    return reader.fail("not a GGUF file: it begins with {} instead of 'GGUF'",
                       quoteForMessage(text));
  Expected<uint32_t> version = reader.readNumber<uint32_t>("the version");
  Expected<uint64_t> tensors = reader.readNumber<uint64_t>("the tensor count");
  Expected<uint64_t> fields = reader.readNumber<uint64_t>("the metadata count");
  for (Status status : {version.status(), tensors.status(), fields.status()})
    if (!status)
      return status;
  if ((*version & 0xFFFF) == 0)
    return reader.fail("big-endian GGUF (its version reads as {:#010x}) is not supported; convert "
                       "it to little-endian",
                       *version);
  if (*version != 2 && *version != 3)
    return reader.fail("GGUF version {} is not supported, only 2 and 3; convert the model again",
                       *version);
  if (*fields > GgufLimits::entries || *fields > reader.bytesLeft() / smallestField)
    return reader.fail("declares {} metadata pairs, but at most {} are allowed and {} bytes follow",
                       *fields, GgufLimits::entries, reader.bytesLeft());
  if (*tensors > GgufLimits::entries || *tensors > reader.bytesLeft() / smallestTensorRecord)
    return reader.fail("declares {} tensors, but at most {} are allowed and {} bytes follow",
                       *tensors, GgufLimits::entries, reader.bytesLeft());
  return GgufCounts{*version, *tensors, *fields};
}

Expected<GgufFile> GgufFile::open(const std::string &path) {
  Expected<InputFile> input = InputFile::open(path);
  if (!input)
    return input.status();
  GgufFile result(*std::move(input));
  GgufReader reader(result.file);
  Expected<GgufCounts> counts = readGgufCounts(reader);
  if (!counts)
    return counts.status();
  result.formatVersion = counts->version;

  Expected<std::vector<GgufField>> fields = readGgufFields(reader, counts->fields);
  if (!fields)
    return fields.status();
  result.fieldList = *std::move(fields);
  Expected<std::vector<uint32_t>> byKey =
      sortByName(path, "metadata", result.fieldList,
                 [](const GgufField &field) -> std::string_view { return field.key; });
  if (!byKey)
    return byKey.status();
  result.fieldsByKey = *std::move(byKey);

  Expected<uint64_t> alignment = readAlignment(result);
  if (!alignment)
    return alignment.status();
  Expected<std::vector<GgufTensor>> tensors = readGgufTensors(reader, counts->tensors, *alignment);
  if (!tensors)
    return tensors.status();
  result.tensorList = *std::move(tensors);
  result.headerEnd = reader.position();
  Expected<std::vector<uint32_t>> byName =
      sortByName(path, "tensor", result.tensorList,
                 [](const GgufTensor &tensor) -> std::string_view { return tensor.name; });
  if (!byName)
    return byName.status();
  result.tensorsByName = *std::move(byName);
  return result;
}

} // namespace rx::runtime
