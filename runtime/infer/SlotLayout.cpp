#include "runtime/infer/SlotLayout.h"

#include <algorithm>
#include <limits>

namespace rx::runtime {

Expected<SlotLayout> SlotLayout::of(const BufferInfo &table, int64_t capacity, int64_t chunk,
                                    bool keepsAll) {
  constexpr int64_t most = std::numeric_limits<int32_t>::max() - 1; // slots are i32
  Shape shape;
  int64_t entries = 1;
  for (const SizeExpr &dim : table.type.dims)
    shape.push_back(dim.constant());
  shape.back() = capacity + 1;
  for (size_t axis = 0; axis + 1 < shape.size(); ++axis)
    entries *= shape[axis];
  SlotLayout layout(std::move(shape), capacity);
  const std::vector<int64_t> &reach = table.slots->reach;
  for (int64_t entry = 0; entry < entries; ++entry) {
    bool isRing = !keepsAll && !reach.empty() && reach[entry] < capacity - (chunk - 1);
    layout.lengths.push_back(isRing ? reach[entry] + chunk - 1 : capacity);
    layout.total += layout.lengths.back();
    if (layout.total > most)
      return makeError("caches of texts of {} tokens have more than {} places", capacity, most);
  }
  return layout;
}

Expected<HostTensor> SlotLayout::table() const {
  Expected<HostTensor> table = HostTensor::allocate(RX_I32, shape);
  if (!table)
    return table;
  auto *slot = table->values<int32_t>().data();
  int64_t first = 0;
  for (int64_t length : lengths) {
    for (int64_t position = 0; position < capacity; ++position)
      *slot++ = static_cast<int32_t>(first + position % length);
    *slot++ = static_cast<int32_t>(total);
    first += length;
  }
  return table;
}

} // namespace rx::runtime
