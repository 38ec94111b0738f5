// One product, computed by a generated kernel and by OpenBLAS in turns.
#pragma once

#include "bench/gemm/OpenBlas.h"
#include "bench/gemm/Workers.h"
#include "compiler/lower/Gemm.h"
#include "runtime/abi/Kernel.h"
#include "runtime/core/Memory.h"
#include <functional>
#include <memory>
#include <vector>

namespace rx::bench {

/// A compiled layout; `pack` is null unless B of f32 is packed beforehand. Panels of other forms
/// (spec.formB) are packed by the runtime, as at load.
struct GemmKernel {
  compiler::GemmSpec spec;
  rx_kernel product = nullptr, pack = nullptr;
};

/// Memory as the runtime allocates tensors; both sides compute on it.
class Floats {
public:
  explicit Floats(int64_t count = 0) : memory(*runtime::allocateTensorMemory(count * 4)) {}
  float *at(int64_t index) const { return reinterpret_cast<float *>(memory.get()) + index; }

private:
  std::shared_ptr<std::byte> memory;
};

struct Measurement {
  double seconds; ///< Of one product, the quickest call of all turns.
  double error;   ///< Largest |c - exact| / sum |a| |b| over a sample of C.
};

class Contest {
public:
  /// Up to eight rows are decoding steps, whose weights come from memory: as many copies of B take
  /// turns as it takes to miss the caches.
  Contest(const Product &product, const GemmKernel &kernel, const OpenBlas &blas, Workers &workers);

  /// Times both sides `alternations` times each, in turns, each time for `minSeconds` at least.
  /// OpenBLAS gets the better of gemm and gemv where the product has one row.
  void run(int alternations, double minSeconds);

  Measurement ours, openBlas;

private:
  bool isStored() const { return kernel.spec.packedB && !kernel.pack; }
  int64_t copiesOf(int64_t floats) const;
  void fill();
  void packCopies();
  void fillStored();
  void runKernel(int64_t call);
  double quickestCall(double minSeconds, const std::function<void(int64_t index)> &call);
  double sampledError(const Floats &c) const;

  Product product;
  const GemmKernel &kernel;
  const OpenBlas &blas;
  Workers &workers;
  int64_t copies, packedCopies = 1, packedSize = 0, calls = 0;
  Floats a, b, packed, c, reference;
  std::vector<Floats> scratch;
};

} // namespace rx::bench
