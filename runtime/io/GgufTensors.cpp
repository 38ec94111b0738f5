// The second part of a GGUF header: where each tensor lies, and that it really lies there.
#include "runtime/core/Checked.h"
#include "runtime/core/Utf8.h"
#include "runtime/io/GgufHeader.h"

#include <algorithm>
#include <numeric>

namespace rx::runtime {

namespace {

/// A tensor type of the format: one we read, or the name of one we do not.
struct TensorType {
  uint32_t id;
  std::string_view name;
  std::optional<rx_dtype> dtype;
};

constexpr TensorType tensorTypes[] = {
    {0, "F32", RX_F32},    {1, "F16", RX_F16},   {2, "Q4_0", RX_Q4_0},  {3, "Q4_1", RX_Q4_1},
    {6, "Q5_0", RX_Q5_0},  {7, "Q5_1", RX_Q5_1}, {8, "Q8_0", RX_Q8_0},  {9, "Q8_1", {}},
    {10, "Q2_K", {}},      {11, "Q3_K", {}},     {12, "Q4_K", RX_Q4_K}, {13, "Q5_K", RX_Q5_K},
    {14, "Q6_K", RX_Q6_K}, {15, "Q8_K", {}},     {16, "IQ2_XXS", {}},   {17, "IQ2_XS", {}},
    {18, "IQ3_XXS", {}},   {19, "IQ1_S", {}},    {20, "IQ4_NL", {}},    {21, "IQ3_S", {}},
    {22, "IQ2_S", {}},     {23, "IQ4_XS", {}},   {24, "I8", {}},        {25, "I16", {}},
    {26, "I32", RX_I32},   {27, "I64", RX_I64},  {28, "F64", RX_F64},   {29, "IQ1_M", {}},
    {30, "BF16", RX_BF16}, {34, "TQ1_0", {}},    {35, "TQ2_0", {}},     {39, "MXFP4", {}},
};

bool isTensorName(std::string_view text) {
  return isValidUtf8(text) && std::all_of(text.begin(), text.end(), [](char c) {
           auto byte = static_cast<unsigned char>(c);
           return byte >= 0x20 && byte != 0x7F;
         });
}

Expected<rx_dtype> readDType(GgufReader &reader, std::string_view what) {
  Expected<uint32_t> id = reader.readNumber<uint32_t>(what);
  if (!id)
    return id.status();
  auto known = std::find_if(std::begin(tensorTypes), std::end(tensorTypes),
                            [&](const TensorType &type) { return type.id == *id; });
  if (known == std::end(tensorTypes))
    return reader.fail("{} has the unknown type id {}; the file is damaged or newer than this "
                       "reader",
                       what, *id);
  if (!known->dtype)
    return reader.fail("{} has type {}, which is not supported; quantise the model to one of Q4_0 "
                       "Q4_1 Q5_0 Q5_1 Q8_0 Q4_K Q5_K Q6_K, or use F16, BF16 or F32",
                       what, known->name);
  return *known->dtype;
}

/// Axis sizes in our order (slowest first). The file lists the fastest first.
Expected<std::vector<int64_t>> readShape(GgufReader &reader, std::string_view what) {
  Expected<uint32_t> axes = reader.readNumber<uint32_t>(what);
  if (!axes)
    return axes.status();
  if (*axes < 1 || *axes > GgufLimits::axes)
    return reader.fail("{} has {} axes, allowed are 1 to {}; the file is damaged", what, *axes,
                       GgufLimits::axes);
  std::vector<int64_t> shape(*axes);
  uint64_t elements = 1;
  for (uint32_t axis = 0; axis < *axes; ++axis) {
    Expected<uint64_t> size = reader.readNumber<uint64_t>(what);
    if (!size)
      return size.status();
    if (*size < 1 || *size > GgufLimits::axisSize)
      return reader.fail("{} has size {} on axis {}, allowed are 1 to 2^40; the file is damaged",
                         what, *size, axis);
    std::optional<uint64_t> product = checkedMultiply(elements, *size);
    if (!product || *product > GgufLimits::tensorElements)
      return reader.fail("{} has more than 2^48 elements; the file is damaged", what);
    elements = *product;
    shape[*axes - 1 - axis] = static_cast<int64_t>(*size);
  }
  return shape;
}

/// Bytes that the declared shape and type take.
Expected<uint64_t> storedBytes(const GgufReader &reader, const GgufTensor &tensor,
                               std::string_view what) {
  uint64_t blockElements = rx_dtype_block_elements(tensor.dtype);
  uint64_t row = tensor.rowElements();
  if (row % blockElements != 0)
    return reader.fail("{} stores rows of {} elements as {}, whose blocks have {}; a block cannot "
                       "span rows, quantise the model again",
                       what, row, rx_dtype_name(tensor.dtype), blockElements);
  std::optional<uint64_t> blocks = checkedMultiply(row / blockElements, tensor.rows());
  std::optional<uint64_t> bytes =
      blocks ? checkedMultiply(*blocks, rx_dtype_block_bytes(tensor.dtype)) : std::nullopt;
  if (!bytes)
    return reader.fail("{} takes more than 2^64 bytes; the file is damaged", what);
  return *bytes;
}

/// A tensor record; the offset is still relative to the data section.
Expected<GgufTensor> readTensor(GgufReader &reader, std::string_view place) {
  GgufTensor tensor;
  Expected<std::string> name = reader.readName(place, GgufLimits::tensorNameBytes);
  if (!name)
    return name.status();
  if (!isTensorName(*name))
    return reader.fail("{} has the name {}, which is not plain text; the file is damaged", place,
                       quoteForMessage(*name));
  tensor.name = *std::move(name);
  std::string what = "tensor " + quoteForMessage(tensor.name);
  Expected<std::vector<int64_t>> shape = readShape(reader, what);
  if (!shape)
    return shape.status();
  tensor.shape = *std::move(shape);
  Expected<rx_dtype> dtype = readDType(reader, what);
  if (!dtype)
    return dtype.status();
  tensor.dtype = *dtype;
  Expected<uint64_t> bytes = storedBytes(reader, tensor, what);
  if (!bytes)
    return bytes.status();
  tensor.size = *bytes;
  Expected<uint64_t> offset = reader.readNumber<uint64_t>(what);
  if (!offset)
    return offset.status();
  tensor.offset = *offset;
  return tensor;
}

/// Makes offsets count from the start of the file, and checks them against its size.
Status placeTensors(const GgufReader &reader, std::vector<GgufTensor> &tensors, uint64_t dataStart,
                    uint64_t alignment) {
  uint64_t dataBytes = reader.fileSize() - dataStart;
  for (GgufTensor &tensor : tensors) {
    if (tensor.offset % alignment != 0)
      return reader.fail("tensor '{}' begins at offset {}, which is no multiple of the alignment "
                         "{}; the file is damaged",
                         tensor.name, tensor.offset, alignment);
    if (tensor.offset > dataBytes || tensor.size > dataBytes - tensor.offset)
      return reader.fail("tensor '{}' needs {} bytes at offset {}, but the data section has {}; "
                         "the file is truncated, fetch it again",
                         tensor.name, tensor.size, tensor.offset, dataBytes);
    tensor.offset += dataStart;
  }
  return Status::ok();
}

/// No two tensors share bytes; what follows the last one is less than a full alignment of zeros.
Status checkLayout(const GgufReader &reader, const std::vector<GgufTensor> &tensors,
                   uint64_t dataStart, uint64_t alignment) {
  std::vector<uint32_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return tensors[a].offset < tensors[b].offset; });
  uint64_t end = dataStart;
  std::string_view before;
  for (uint32_t index : order) {
    const GgufTensor &tensor = tensors[index];
    if (tensor.offset < end)
      return reader.fail("tensors '{}' and '{}' overlap; the file is damaged", before, tensor.name);
    end = tensor.offset + tensor.size;
    before = tensor.name;
  }
  uint64_t rest = reader.fileSize() - end;
  if (rest >= alignment)
    return reader.fail("{} bytes follow the last tensor, padding has fewer than {}; the file is "
                       "damaged or two files were joined",
                       rest, alignment);
  Expected<bool> isPadding = reader.isZero(end, rest);
  if (!isPadding)
    return isPadding.status();
  if (!*isPadding)
    return reader.fail("{} bytes that are not zero follow the last tensor; the file is damaged",
                       rest);
  return Status::ok();
}

} // namespace

Expected<std::vector<GgufTensor>> readGgufTensors(GgufReader &reader, uint64_t count,
                                                  uint64_t alignment) {
  std::vector<GgufTensor> tensors;
  tensors.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    Expected<GgufTensor> tensor =
        readTensor(reader, fmt::format("tensor record {} of {}", i + 1, count));
    if (!tensor)
      return tensor.status();
    tensors.push_back(*std::move(tensor));
  }
  // Without tensors the header is not padded.
  std::optional<uint64_t> dataStart =
      count == 0 ? reader.position() : checkedAlignUp(reader.position(), alignment);
  if (!dataStart || *dataStart > reader.fileSize())
    return reader.fail("the file ends before its data section; it is truncated, fetch it again");
  if (Status status = placeTensors(reader, tensors, *dataStart, alignment); !status)
    return status;
  if (Status status = checkLayout(reader, tensors, *dataStart, alignment); !status)
    return status;
  return tensors;
}

} // namespace rx::runtime
