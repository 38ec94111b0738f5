#include "runtime/core/HostTensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>

namespace rx::runtime {

std::optional<DType> plainDtype(std::string_view name) {
  for (DType dtype : {RX_F32, RX_F64, RX_F16, RX_BF16, RX_I32, RX_I64, RX_U8, RX_BOOL})
    if (name == rx_dtype_name(dtype))
      return dtype;
  return std::nullopt;
}

std::optional<int64_t> tensorBytes(DType dtype, const Shape &shape) {
  int64_t bytes = rx_dtype_block_bytes(dtype);
  for (int64_t size : shape)
    if (size < 0 || __builtin_mul_overflow(bytes, size, &bytes))
      return std::nullopt;
  return bytes;
}

std::string tensorText(DType dtype, const Shape &shape) {
  return fmt::format("{}[{}]", rx_dtype_name(dtype), fmt::join(shape, ", "));
}

Expected<HostTensor> HostTensor::allocate(DType dtype, Shape shape) {
  std::optional<int64_t> bytes = tensorBytes(dtype, shape);
  if (!bytes)
    return makeError("{} is no possible tensor: a size is negative or the product too large",
                     tensorText(dtype, shape));
  Expected<std::shared_ptr<std::byte>> memory = allocateTensorMemory(*bytes);
  if (!memory)
    return std::move(memory).status().withContext(tensorText(dtype, shape));
  return over(dtype, std::move(shape), std::move(*memory));
}

Expected<HostTensor> HostTensor::zeros(DType dtype, Shape shape) {
  Expected<HostTensor> tensor = allocate(dtype, std::move(shape));
  if (tensor)
    std::memset(tensor->data(), 0, static_cast<size_t>(tensor->bytes()));
  return tensor;
}

HostTensor HostTensor::over(DType dtype, Shape shape, std::shared_ptr<std::byte> memory) {
  HostTensor tensor;
  tensor.byteCount = tensorBytes(dtype, shape).value_or(0);
  tensor.elementType = dtype;
  tensor.sizes = std::move(shape);
  tensor.memory = std::move(memory);
  return tensor;
}

} // namespace rx::runtime
