#include "bench/gemm/Contest.h"
#include "runtime/core/PanelPacker.h"
#include "runtime/io/Dequantize.h"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <thread>

namespace rx::bench {

/// More than the caches that one core can reach.
constexpr int64_t coldFloats = int64_t(48) << 20;

Contest::Contest(const Product &p, const GemmKernel &kernel, const OpenBlas &blas, Workers &workers)
    : product(p), kernel(kernel), blas(blas), workers(workers), copies(copiesOf(p.n * p.k)),
      a(p.m * p.k), b(p.n * p.k * copies), c(p.m * p.n), reference(p.m * p.n) {
  for (int i = 0; i < workers.count(); ++i)
    scratch.emplace_back(gemmScratchBytes(kernel.spec) / 4);
  fill();
  if (kernel.pack)
    packCopies();
  if (isStored())
    fillStored();
}

int64_t Contest::copiesOf(int64_t floats) const {
  return product.m <= 8 ? std::max<int64_t>(1, coldFloats / floats) : 1;
}

void Contest::fill() {
  std::minstd_rand rng(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::generate_n(a.at(0), product.m * product.k, [&] { return uniform(rng); });
  int64_t size = product.n * product.k;
  std::generate_n(b.at(0), size, [&] { return uniform(rng); });
  for (int64_t copy = 1; copy < copies; ++copy)
    std::copy_n(b.at(0), size, b.at(copy * size));
}

void Contest::packCopies() {
  int64_t columns = gemmPanelColumns(kernel.spec), panels = (product.n + columns - 1) / columns;
  packedSize = panels * columns * product.k;
  packedCopies = copiesOf(packedSize);
  packed = Floats(packedSize * packedCopies);
  for (int64_t copy = 0; copy < packedCopies; ++copy) {
    rx_operand operands[] = {{b.at(0), {product.transB ? product.k : product.n, 1}},
                             {packed.at(copy * packedSize), {1}}};
    int64_t sizes[] = {product.n, product.k};
    rx_launch launch{operands, sizes, 0, panels, nullptr};
    kernel.pack(&launch);
  }
}

/// Blocks of random codes with scales of a moderate size.
static std::vector<std::byte> randomBlocks(rx_dtype form, int64_t elements) {
  std::mt19937 rng(1);
  auto bytes = static_cast<int64_t>(rx_dtype_block_bytes(form));
  std::vector<std::byte> blocks(elements / rx_dtype_block_elements(form) * bytes);
  std::generate(blocks.begin(), blocks.end(), [&] { return static_cast<std::byte>(rng()); });
  bool ofBfloats = form == RX_BF16;
  for (int64_t block = 0; block < static_cast<int64_t>(blocks.size()); block += bytes)
    for (int64_t scale : {form == RX_Q6_K ? 208 : 0, form == RX_Q4_K   ? 2
                                                     : form == RX_Q6_K ? 208
                                                                       : 0})
      // Below 1 in either format of a scale: the upper byte holds the exponent.
      blocks[block + scale + 1] =
          static_cast<std::byte>(ofBfloats ? 0x3D + rng() % 3 : 0x20 + rng() % 0x10);
  return blocks;
}

/// OpenBLAS gets the values of the blocks.
void Contest::fillStored() {
  PanelForm form = gemmPanelForm(kernel.spec);
  std::vector<std::byte> blocks = randomBlocks(form.element, product.n * product.k);
  std::vector<std::byte> panels(*form.bytes(product.n, product.k));
  runtime::packPanels(form, product.k, 0, blocks, panels);
  // Whole lines per copy, so that each is aligned as the runtime aligns weights.
  packedSize = (static_cast<int64_t>(panels.size()) + 63) / 64 * 16;
  packedCopies = copiesOf(packedSize);
  packed = Floats(packedSize * packedCopies);
  for (int64_t copy = 0; copy < packedCopies; ++copy)
    std::memcpy(packed.at(copy * packedSize), panels.data(), panels.size());
  for (int64_t copy = 0; copy < copies; ++copy) {
    std::span values(b.at(copy * product.n * product.k), product.n * product.k);
    if (!runtime::dequantize(form.element, blocks, values))
      std::abort(); // the sizes agree
  }
}

void Contest::runKernel(int64_t call) {
  const Product &p = product;
  void *second = kernel.spec.packedB ? packed.at(call % packedCopies * packedSize)
                                     : b.at(call % copies * p.n * p.k);
  rx_operand operands[] = {{a.at(0), {p.transA ? p.m : p.k, 1}},
                           {second, {p.transB ? p.k : p.n, 1}},
                           {c.at(0), {p.n, 1}}};
  int64_t sizes[] = {p.m, p.n, p.k}, extent = gemmExtent(kernel.spec, 1, p.m, p.n);
  int64_t parts = workers.count();
  workers.run([&](int i) {
    rx_launch launch{operands, sizes, extent * i / parts, extent * (i + 1) / parts,
                     scratch[i].at(0)};
    kernel.product(&launch);
  });
}

/// Seconds of the quickest call. A neighbour that takes a core for a while then spoils some calls
/// and not the figure.
double Contest::quickestCall(double minSeconds, const std::function<void(int64_t)> &call) {
  using Clock = std::chrono::steady_clock;
  auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  // OpenBLAS's threads go on spinning after a call, for some 25 ms, on the cores that this side
  // needs.
  if (workers.count() > 1)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  call(calls++);
  auto start = Clock::now();
  double least = std::numeric_limits<double>::infinity();
  for (int64_t turn = 0; turn < 3 || since(start) < minSeconds; ++turn) {
    auto begin = Clock::now();
    call(calls++);
    least = std::min(least, since(begin));
  }
  return least;
}

void Contest::run(int alternations, double minSeconds) {
  auto copyOfB = [&](int64_t call) { return b.at(call % copies * product.n * product.k); };
  auto kernelCall = [&](int64_t call) { runKernel(call); };
  auto gemm = [&](int64_t call) { blas.gemm(product, a.at(0), copyOfB(call), reference.at(0)); };
  auto gemv = [&](int64_t call) { blas.gemv(product, a.at(0), copyOfB(call), reference.at(0)); };
  kernelCall(0), gemm(0);
  ours = {std::numeric_limits<double>::infinity(), sampledError(c)};
  openBlas = {std::numeric_limits<double>::infinity(), sampledError(reference)};
  for (int i = 0; i < alternations; ++i) {
    workers.bindCaller();
    ours.seconds = std::min(ours.seconds, quickestCall(minSeconds, kernelCall));
    workers.freeCaller();
    openBlas.seconds = std::min(openBlas.seconds, quickestCall(minSeconds, gemm));
    if (product.m == 1)
      openBlas.seconds = std::min(openBlas.seconds, quickestCall(minSeconds, gemv));
  }
}

double Contest::sampledError(const Floats &result) const {
  const Product &p = product;
  std::minstd_rand rng(2);
  double largest = 0;
  for (int sample = 0; sample < 100; ++sample) {
    int64_t i = static_cast<int64_t>(rng()) % p.m, j = static_cast<int64_t>(rng()) % p.n;
    double exact = 0, magnitude = 0;
    for (int64_t k = 0; k < p.k; ++k) {
      double term = static_cast<double>(*a.at(p.transA ? k * p.m + i : i * p.k + k)) *
                    *b.at(p.transB ? j * p.k + k : k * p.n + j);
      exact += term;
      magnitude += std::fabs(term);
    }
    largest = std::max(largest, std::fabs(*result.at(i * p.n + j) - exact) / magnitude);
  }
  return largest;
}

} // namespace rx::bench
