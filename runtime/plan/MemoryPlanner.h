// Where every temporary of a program lies, once its sizes are known.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/plan/Plan.h"

#include <cstdint>
#include <span>
#include <vector>

namespace rx::runtime {

/// Instructions [begin, end] during which memory must be kept; begin > end: never used.
struct Lifetime {
  int64_t begin = 0, end = -1;
};

/// The lifetime of every buffer's own memory, by buffer; unused for all but temporaries. The
/// program has been verified.
///   - what a loop reads from outside lives until the loop ends, because the next trip reads it
///   again
///   - a carried argument and its `next` exchange their memory after every trip: both live from the
///     loop's begin to the last use of the argument
///   - launches that run together (Together.h) need all their operands at once
///   - the initial value of a carried argument is read where it lies and lives through the loop
std::vector<Lifetime> lifetimesOf(const Program &program);

struct MemoryRequest {
  Lifetime lifetime;
  int64_t bytes = 0;
};

struct Placement {
  std::vector<int64_t> offsets; ///< by request, multiples of tensorAlignment; -1 for unused ones
  int64_t bytes = 0;            ///< of the arena that holds them all
};

/// Offsets such that requests whose lifetimes meet do not overlap: largest first, each in the
/// smallest gap that holds it ("greedy by size", Pisarchyk and Lee 2020). Fails when the sum of all
/// sizes leaves 63 bits.
Expected<Placement> placeRequests(std::span<const MemoryRequest> requests);

} // namespace rx::runtime
