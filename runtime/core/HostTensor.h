// A tensor in host memory, dense and row-major: what enters and leaves programs.
#pragma once

#include "runtime/abi/DType.h"
#include "runtime/core/Memory.h"
#include "runtime/core/Status.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rx::runtime {

using DType = rx_dtype;
using Shape = std::vector<int64_t>;

/// The rx_dtype that holds values of T.
template <typename T> constexpr DType dtypeOf();
template <> constexpr DType dtypeOf<float>() { return RX_F32; }
template <> constexpr DType dtypeOf<double>() { return RX_F64; }
template <> constexpr DType dtypeOf<int32_t>() { return RX_I32; }
template <> constexpr DType dtypeOf<int64_t>() { return RX_I64; }
template <> constexpr DType dtypeOf<uint8_t>() { return RX_U8; }
template <> constexpr DType dtypeOf<std::byte>() { return RX_U8; }
template <> constexpr DType dtypeOf<bool>() { return RX_BOOL; }

/// The plain element type called `name` ("f32", "i32", "bool", ...); block forms are not computed with.
std::optional<DType> plainDtype(std::string_view name);

/// Bytes of a dense tensor of a plain element type; nothing when a size is negative or the product
/// leaves 63 bits.
std::optional<int64_t> tensorBytes(DType dtype, const Shape &shape);

/// "f32[2, 640]"
std::string tensorText(DType dtype, const Shape &shape);

/// Copies share their elements; a HostTensor that has been given away is not written any more.
class HostTensor {
public:
  /// No tensor at all: f32[0] without memory.
  HostTensor() = default;
  /// Uninitialised elements. Fails when the size is impossible or memory is short.
  static Expected<HostTensor> allocate(DType dtype, Shape shape);
  static Expected<HostTensor> zeros(DType dtype, Shape shape);
  /// A tensor over memory that somebody else allocated, tensorAlignment-aligned and large enough.
  static HostTensor over(DType dtype, Shape shape, std::shared_ptr<std::byte> memory);
  /// A copy of `values`, whose number is the product of `shape`.
  template <typename T> static Expected<HostTensor> of(Shape shape, std::span<const T> values);

  DType dtype() const { return elementType; }
  const Shape &shape() const { return sizes; }
  int64_t bytes() const { return byteCount; }
  int64_t elementCount() const { return byteCount / rx_dtype_block_bytes(elementType); }
  std::byte *data() { return memory.get(); }
  const std::byte *data() const { return memory.get(); }
  const std::shared_ptr<std::byte> &storage() const { return memory; }
  std::string text() const { return tensorText(elementType, sizes); }

  /// The elements as values of T, which is the element type.
  template <typename T> std::span<T> values() {
    assert(elementType == dtypeOf<T>());
    return {reinterpret_cast<T *>(memory.get()), static_cast<size_t>(elementCount())};
  }
  template <typename T> std::span<const T> values() const {
    return const_cast<HostTensor *>(this)->values<T>();
  }

private:
  DType elementType = RX_F32;
  Shape sizes = {0};
  int64_t byteCount = 0;
  std::shared_ptr<std::byte> memory;
};

template <typename T> Expected<HostTensor> HostTensor::of(Shape shape, std::span<const T> values) {
  Expected<HostTensor> tensor = allocate(dtypeOf<T>(), std::move(shape));
  if (!tensor)
    return tensor;
  if (tensor->elementCount() != static_cast<int64_t>(values.size()))
    return makeError("{} values do not fill {}", values.size(), tensor->text());
  std::copy(values.begin(), values.end(), tensor->template values<T>().begin());
  return tensor;
}

} // namespace rx::runtime
