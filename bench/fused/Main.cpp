// Fused kernels against the FMA peak, on one thread. Times are those that the thread ran, so that
// others who want the core make them longer only by what they do to the caches.
#include "bench/fused/Kernels.h"
#include "bench/probe/Fma.h"
#include "compiler/lower/Gemm.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <ctime>
#include <limits>

namespace cl = llvm::cl;
using namespace rx::bench;

static cl::opt<std::string> cpu("cpu", cl::desc("target"), cl::init("host"));
static cl::opt<std::string> precision("precision", cl::desc("f32 or bf16"), cl::init("f32"));
static cl::opt<std::string> weights("weights", cl::desc("element form of a head: q8_0, q6_k, .."));
static cl::opt<std::string> cache("cache", cl::init("build/fused-bench-cache"));
static cl::opt<int> calls("calls", cl::init(20));
static cl::list<std::string> works(cl::Positional,
                                   cl::desc("attention_TxWINDOW and logsumexp_TxV"));

static double threadSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// What one call must do, counting a multiply-add as 2 and only keys that are seen.
static double flopsOf(bool attention, int64_t rows, int64_t other) {
  if (!attention)
    return 2.0 * static_cast<double>(rows * other) * 640;
  double pairs = 0;
  for (int64_t t = 0; t < rows; ++t)
    pairs += static_cast<double>(std::min(t + 1, other));
  return pairs * 4 * 4 * 256; // heads, products of two, width
}

static rx::PanelForm formOfWeights(const rx::compiler::CpuTarget &target) {
  std::optional<rx_dtype> element = rx::dtypeNamed(weights);
  if (!element)
    return {};
  rx::compiler::GemmSpec spec;
  spec.target = &target;
  spec.formB = *element;
  return rx::compiler::gemmPanelForm(spec);
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv);
  const auto *target = llvm::cantFail(rx::compiler::findCpuTarget(cpu));
  FusedOptions options{target,
                       precision == "bf16" ? rx::compiler::Precision::BF16
                                           : rx::compiler::Precision::F32,
                       cache,
                       {}};
  for (llvm::StringRef name : works) {
    auto [kind, sizes] = name.split('_');
    int64_t rows = 0, other = 0;
    if (sizes.split('x').first.getAsInteger(10, rows) ||
        sizes.split('x').second.getAsInteger(10, other)) {
      llvm::errs() << "not a work: " << name << "\n";
      return 1;
    }
    bool attention = kind == "attention";
    rx::SizeExpr::Bindings bound = {{"b", 1}, {"t", rows}, {"v", other}};
    options.weights = attention ? rx::PanelForm() : formOfWeights(*target);
    FusedKernel kernel(attention ? attentionText() : logSumExpText(), bound,
                       static_cast<int32_t>(attention ? other : other / 2), options);
    double least = std::numeric_limits<double>::infinity(), peak = 0;
    for (int call = 0; call < calls; ++call) {
      double start = threadSeconds();
      kernel.run();
      least = std::min(least, threadSeconds() - start);
      if (call % 4 == 0)
        peak = std::max(peak, fmaGigaflops(1));
    }
    double rate = flopsOf(attention, rows, other) / least * 1e-9;
    llvm::outs() << llvm::formatv("{0}: {1:f3} ms, {2:f1} GF/s, {3:f1} % of {4:f1}\n", name,
                                  least * 1e3, rate, 100 * rate / peak, peak);
  }
}
