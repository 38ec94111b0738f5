// Where caches keep the positions of texts.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/core/Status.h"
#include "runtime/plan/Plan.h"

#include <cstdint>
#include <vector>

namespace rx::runtime {

struct CacheSettings {
  /// Positions of each text that one run reads at most. 0: as many as make products fast.
  int64_t chunk = 0;
  /// Keeps every position, also those that no later one reads.
  bool keepsAll = false;
};

/// The places in the caches of one slot table. Each combination of trips has an entry, one behind
/// the other, as long as its positions are read: a ring where that is shorter than the texts.
/// Position p of a text lies at place p mod length of its entry. One place more, the last, takes
/// what lies beyond the capacity and is never read by a text that goes on.
class SlotLayout {
public:
  /// For texts of up to `capacity` positions. A run appends up to `chunk` of them before the first
  /// of these reads its `reach`: a ring has chunk - 1 places more than its reach.
  static Expected<SlotLayout> of(const BufferInfo &table, int64_t capacity, int64_t chunk,
                                 bool keepsAll);

  /// Of every cache: its first axis.
  int64_t places() const { return total + 1; }
  /// Positions that the table lists, its last axis: the capacity, and one for all beyond.
  int64_t positions() const { return capacity + 1; }
  /// i32[trips.., positions]
  Expected<HostTensor> table() const;

private:
  SlotLayout(Shape shape, int64_t capacity) : shape(std::move(shape)), capacity(capacity) {}

  Shape shape;
  int64_t capacity, total = 0;
  std::vector<int64_t> lengths; ///< by combination of trips
};

} // namespace rx::runtime
