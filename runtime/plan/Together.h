// Launches that run at the same time.
#pragma once

#include "runtime/plan/Plan.h"

#include <cstddef>
#include <vector>

namespace rx::runtime {

/// What runs together at most: parts of all of it are numbered in 16 bits (ThreadPool), and
/// temporaries live as long as the longest.
inline constexpr size_t mostTogether = 16;

/// By instruction, the first of those that it may run together with: launches that follow each
/// other, of which none writes what another reads or writes. Every other instruction is alone. The
/// program has been verified.
std::vector<size_t> togetherSince(const Program &program);

} // namespace rx::runtime
