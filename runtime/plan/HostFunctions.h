// Functions of the runtime that a plan calls by name.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/core/Memo.h"
#include "runtime/core/Status.h"
#include "runtime/plan/Plan.h"

#include <string_view>
#include <vector>

namespace rx::runtime {

/// svd: f[i, o] -> u f[i, r], s f[r], v f[o, r]. cholesky: f[n, n] -> f[n, n]. f is f32 or f64, one
/// for all. Checks names, counts, element types and ranks; sizes are checked by callHost.
Status checkHostCall(std::string_view function, const std::vector<BufferType> &inputs,
                     const std::vector<BufferType> &outputs);

/// What a call needs beside its operands.
struct HostWork {
  int64_t during = 0; ///< bytes at its peak
  int64_t kept = 0;   ///< bytes of what it gives a memo
};

/// Of a function that checkHostCall accepted, for a first input of this type.
HostWork hostWork(std::string_view function, DType dtype, const Shape &shape);

/// Calls a function that checkHostCall accepted; writes to the memory of `outputs`. `memo`, which
/// may be null, keeps decompositions by the contents of the matrix: all ranks come from one.
Status callHost(std::string_view function, const std::vector<HostTensor> &inputs,
                std::vector<HostTensor> &outputs, Memo *memo);

} // namespace rx::runtime
