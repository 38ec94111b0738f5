// Generated GEMM against OpenBLAS, in turns in one process. One JSON line per shape.
#include "bench/gemm/OpenBlas.h"
#include "bench/gemm/Probes.h"
#include "compiler/lower/Gemm.h"
#include "compiler/target/LoadedKernels.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <random>

using namespace rx::bench;
using namespace rx::compiler;

namespace {

struct Options {
  std::string cpu = "host", cacheFolder = "build/gemm-bench-cache";
  int threadCount = 1, rounds = 5;
  double minSeconds = 0.02;
  std::vector<std::string> layouts = {"NN", "NT", "TN", "NP"}, onlyShapes;
  std::vector<int64_t> onlyRows;
};
Options options;

struct Kernel {
  GemmSpec spec;
  rx_kernel product = nullptr, pack = nullptr;
};

/// Aligned as the runtime aligns tensors, for both sides.
struct AlignedFloats {
  explicit AlignedFloats(size_t count = 0)
      : count(count), data(static_cast<float *>(
                          std::aligned_alloc(4096, (count * sizeof(float) + 4095) / 4096 * 4096))) {}
  float &operator[](size_t i) { return data.get()[i]; }
  float operator[](size_t i) const { return data.get()[i]; }
  struct Free {
    void operator()(float *p) const { std::free(p); }
  };
  size_t count;
  std::unique_ptr<float, Free> data;
};

/// The buffers of one shape. Weights of few-row products come from memory in real use, so there are
/// as many copies of B as it takes to miss the caches; for many rows one copy is used.
struct Buffers {
  AlignedFloats a, b, packed, c, reference;
  int64_t copies, packedSize;
};

constexpr int64_t coldBytes = int64_t(192) << 20;

Buffers makeBuffers(const Product &p, const Kernel &kernel) {
  Buffers buffers;
  int64_t size = p.n * p.k;
  buffers.copies = p.m <= 8 ? std::max<int64_t>(1, coldBytes / (size * 4)) : 1;
  buffers.a = AlignedFloats(p.m * p.k);
  buffers.b = AlignedFloats(size * buffers.copies);
  buffers.c = AlignedFloats(p.m * p.n);
  buffers.reference = AlignedFloats(p.m * p.n);
  std::minstd_rand rng(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (int64_t i = 0; i < p.m * p.k; ++i)
    buffers.a[i] = uniform(rng);
  for (int64_t i = 0; i < size; ++i)
    buffers.b[i] = uniform(rng);
  for (int64_t copy = 1; copy < buffers.copies; ++copy)
    std::copy_n(&buffers.b[0], size, &buffers.b[copy * size]);
  if (!kernel.pack)
    return buffers;
  int64_t columns = gemmPanelColumns(kernel.spec), panels = (p.n + columns - 1) / columns;
  buffers.packedSize = panels * columns * p.k;
  buffers.packed = AlignedFloats(buffers.packedSize * buffers.copies);
  for (int64_t copy = 0; copy < buffers.copies; ++copy) {
    rx_operand operands[] = {{buffers.b.data.get(), {p.transB ? p.k : p.n, 1}},
                             {buffers.packed.data.get() + copy * buffers.packedSize, {1}}};
    int64_t sizes[] = {p.n, p.k};
    rx_launch launch{operands, sizes, 0, panels, nullptr};
    kernel.pack(&launch);
  }
  return buffers;
}

void runKernel(const Kernel &kernel, const Product &p, Buffers &buffers, int64_t copy,
               Workers &workers, std::vector<void *> &scratch) {
  float *b = kernel.pack ? buffers.packed.data.get() + copy * buffers.packedSize
                         : buffers.b.data.get() + copy * p.n * p.k;
  rx_operand operands[] = {{buffers.a.data.get(), {p.transA ? p.m : p.k, 1}},
                           {b, {p.transB ? p.k : p.n, 1}},
                           {buffers.c.data.get(), {p.n, 1}}};
  int64_t sizes[] = {p.m, p.n, p.k}, extent = gemmExtent(kernel.spec, 1, p.m, p.n);
  int64_t parts = workers.count();
  workers.run([&](int i) {
    rx_launch launch{operands, sizes, extent * i / parts, extent * (i + 1) / parts, scratch[i]};
    kernel.product(&launch);
  });
}

/// Seconds per call: repeats until options.minSeconds have passed.
double timePerCall(const std::function<void(int64_t)> &call) {
  using Clock = std::chrono::steady_clock;
  auto start = Clock::now();
  double elapsed = 0;
  int64_t calls = 0;
  for (; elapsed < options.minSeconds; ++calls) {
    call(calls);
    elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  }
  return elapsed / calls;
}

struct Series {
  std::vector<double> times;
  double best() const { return *std::min_element(times.begin(), times.end()); }
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double largestDifference(const Buffers &buffers) {
  double largest = 0;
  for (size_t i = 0; i < buffers.c.count; ++i)
    largest = std::max(largest, std::fabs(double(buffers.c[i]) - buffers.reference[i]));
  return largest;
}

void benchShape(const std::string &layout, const Product &p, const Kernel &kernel,
                const OpenBlas &blas, Workers &workers, std::vector<void *> &scratch) {
  Buffers buffers = makeBuffers(p, kernel);
  auto ours = [&](int64_t i) {
    runKernel(kernel, p, buffers, i % buffers.copies, workers, scratch);
  };
  auto gemm = [&](int64_t i) {
    blas.gemm(p, buffers.a.data.get(), buffers.b.data.get() + i % buffers.copies * p.n * p.k,
              buffers.reference.data.get());
  };
  auto gemv = [&](int64_t i) {
    blas.gemv(p, buffers.a.data.get(), buffers.b.data.get() + i % buffers.copies * p.n * p.k,
              buffers.reference.data.get());
  };
  ours(0), gemm(0);
  // Both sum K terms in f32: a difference beyond this is a wrong kernel, not rounding.
  double difference = largestDifference(buffers), allowed = 1e-6 * p.k;
  if (difference > allowed) {
    llvm::errs() << llvm::formatv("{0} {1}x{2}x{3}: results differ by {4}\n", layout, p.m, p.n, p.k,
                                  difference);
    std::exit(1);
  }
  Series mine, theirs;
  std::vector<double> ratios;
  for (int round = 0; round < options.rounds; ++round) {
    mine.times.push_back(timePerCall(ours));
    double other = timePerCall(gemm);
    if (p.m == 1 && !p.transA)
      other = std::min(other, timePerCall(gemv));
    theirs.times.push_back(other);
    ratios.push_back(other / mine.times.back());
  }
  double flops = 2.0 * p.m * p.n * p.k;
  double bytes = 4.0 * (p.n * p.k + p.m * p.k + p.m * p.n);
  llvm::outs() << llvm::formatv(
      "{{\"layout\": \"{0}\", \"m\": {1}, \"n\": {2}, \"k\": {3}, \"threads\": {4}, \"cold\": {5}, "
      "\"us\": {6:f1}, \"gflops\": {7:f1}, \"gbps\": {8:f1}, \"openblas_us\": {9:f1}, "
      "\"ratio_best\": {10:f3}, \"ratio_median\": {11:f3}}\n",
      layout, p.m, p.n, p.k, options.threadCount, buffers.copies > 1, mine.best() * 1e6,
      flops / mine.best() / 1e9, bytes / mine.best() / 1e9, theirs.best() * 1e6,
      theirs.best() / mine.best(), median(ratios));
  llvm::outs().flush();
}

std::map<std::string, Kernel> compileKernels(const CpuTarget &target, LoadedKernels *&library) {
  std::map<std::string, Kernel> kernels;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> owned;
  for (std::string layout : {"NN", "NT", "TN", "NP"}) {
    GemmSpec spec;
    spec.target = &target;
    spec.transA = layout == "TN";
    spec.transB = layout == "NT" || layout == "NP";
    spec.packedB = layout == "NP";
    kernels[layout].spec = spec;
    owned.push_back(buildGemm(context, spec));
    owned.push_back(buildGemmPackB(context, spec));
  }
  auto modules = llvm::map_to_vector(owned, [](auto &module) { return *module; });
  ObjectCache cache(options.cacheFolder);
  auto start = std::chrono::steady_clock::now();
  auto objects = llvm::cantFail(cache.getAll(modules, target, {}, 2));
  double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  llvm::errs() << llvm::formatv("compiled {0} kernels in {1:f2} s\n", cache.compiledCount(), elapsed);
  library = new LoadedKernels(llvm::cantFail(LoadedKernels::load(objects)));
  size_t index = 0;
  for (std::string layout : {"NN", "NT", "TN", "NP"}) {
    kernels[layout].product = library->find(objects[index++].symbol);
    rx_kernel pack = library->find(objects[index++].symbol);
    kernels[layout].pack = layout == "NP" ? pack : nullptr;
  }
  return kernels;
}

/// The products of Gemma 3 270M (and a slice of its head), and ragged ones.
std::vector<std::pair<int64_t, int64_t>> weightShapes() {
  return {{1024, 640}, {256, 640}, {640, 1024}, {2048, 640}, {640, 2048}, {32768, 640}};
}

std::vector<Product> shapesOf(const std::string &layout) {
  bool transA = layout == "TN", transB = layout == "NT" || layout == "NP";
  std::vector<Product> products;
  auto wanted = [&](int64_t m, int64_t n, int64_t k) {
    return (options.onlyRows.empty() || llvm::is_contained(options.onlyRows, m)) &&
           (options.onlyShapes.empty() ||
            llvm::is_contained(options.onlyShapes, std::to_string(n) + "x" + std::to_string(k)));
  };
  for (auto [n, k] : weightShapes())
    for (int64_t m : {1, 2, 4, 8, 16, 64, 128, 256, 512, 1024, 2048})
      if (m * n <= (int64_t(1) << 24) && wanted(m, n, k))
        products.push_back({m, n, k, transA, transB});
  for (auto [m, n, k] : {std::tuple(97, 1000, 333), {1, 1000, 333}, {33, 500, 129}, {250, 250, 250},
                         {510, 1022, 638}, {7, 4099, 641}, {1999, 77, 611}})
    if (wanted(m, n, k))
      products.push_back({m, n, k, transA, transB});
  return products;
}

void printProbes(Workers &workers) {
  llvm::errs() << llvm::formatv("probes, {0} thread(s): fma {1:f1} GF/s, copy {2:f1} GB/s, read {3:f1} "
                                "GB/s\n",
                                workers.count(), probeFma(workers), probeCopy(workers),
                                probeRead(workers));
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Generated GEMM against OpenBLAS");
  app.add_option("--cpu", options.cpu, "CPU target: host, avx2, avx512");
  app.add_option("--threads", options.threadCount, "Threads of both sides");
  app.add_option("--rounds", options.rounds, "Alternations per shape");
  app.add_option("--min-seconds", options.minSeconds, "Least time of one measurement");
  app.add_option("--layout", options.layouts, "NN, NT, TN, NP (packed weights)")->delimiter(',');
  app.add_option("--m", options.onlyRows, "Only these M")->delimiter(',');
  app.add_option("--nk", options.onlyShapes, "Only these NxK")->delimiter(',');
  app.add_option("--cache", options.cacheFolder, "Where compiled kernels are kept");
  CLI11_PARSE(app, argc, argv);
  OpenBlas blas;
  if (!blas.available()) {
    llvm::errs() << "libopenblas.so.0 was not found; install libopenblas0-pthread\n";
    return 1;
  }
  llvm::Expected<const CpuTarget *> target = findCpuTarget(options.cpu);
  if (!target) {
    llvm::errs() << llvm::toString(target.takeError()) << "\n";
    return 1;
  }
  blas.setThreads(options.threadCount);
  llvm::errs() << "target " << (*target)->name << ", OpenBLAS: " << blas.describe() << "\n";
  LoadedKernels *library = nullptr;
  auto kernels = compileKernels(**target, library);
  std::unique_ptr<LoadedKernels> owner(library);
  Workers workers(options.threadCount);
  std::vector<void *> scratch;
  for (int i = 0; i < options.threadCount; ++i)
    scratch.push_back(std::aligned_alloc(
        RX_SCRATCH_ALIGNMENT, (gemmScratchBytes(kernels["NN"].spec) + 63) / 64 * 64));
  printProbes(workers);
  for (const std::string &layout : options.layouts)
    for (const Product &product : shapesOf(layout))
      benchShape(layout, product, kernels.at(layout), blas, workers, scratch);
  printProbes(workers);
  for (void *memory : scratch)
    std::free(memory);
  return 0;
}
