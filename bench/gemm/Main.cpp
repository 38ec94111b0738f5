// Generated GEMM against OpenBLAS, in turns in one process; bench.py says which products. Prints
// what bench/README.md asks of a contestant, for both sides.
#include "bench/gemm/Contest.h"
#include "compiler/target/LoadedKernels.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <map>

using namespace rx::bench;
using namespace rx::compiler;

namespace {

/// NN, NT, TN: how A and B are stored; NP: NT with B packed beforehand; else NT with B in panels of
/// that element form, after "step_" on the path of that name.
constexpr const char *layouts[] = {
    "NN",   "NT",   "TN",   "NP",        "f16",       "bf16",      "q4_0",      "q5_0",
    "q8_0", "q4_k", "q6_k", "step_q4_0", "step_q5_0", "step_q8_0", "step_q4_k", "step_q6_k"};
constexpr llvm::StringLiteral stepPrefix = "step_";

struct Options {
  std::string cpu = "host", precision = "f32", cacheFolder = "build/gemm-bench-cache";
  int threads = 1, alternations = 3;
  double minSeconds = 0.02;
  std::vector<std::string> works;
};

bool isStoredAlongDepth(llvm::StringRef layout) { return layout != "NN" && layout != "TN"; }

struct Work {
  std::string name, layout;
  Product product;
};

std::optional<rx_dtype> storedForm(llvm::StringRef layout) {
  layout.consume_front(stepPrefix);
  return rx::dtypeNamed(std::string_view(layout.data(), layout.size()));
}

/// "NN_512x1024x640": layout, M, N, K.
llvm::Expected<Work> parseWork(const std::string &name) {
  auto [layout, shape] = llvm::StringRef(name).rsplit('_');
  Work work{name, layout.str(), {}};
  llvm::SmallVector<llvm::StringRef, 3> sizes;
  shape.split(sizes, 'x');
  Product &p = work.product;
  if (!llvm::is_contained(layouts, work.layout) || sizes.size() != 3 ||
      sizes[0].getAsInteger(10, p.m) || sizes[1].getAsInteger(10, p.n) ||
      sizes[2].getAsInteger(10, p.k))
    return llvm::createStringError("not a product: '" + name + "'; write NN_512x1024x640: one of " +
                                   llvm::join(llvm::ArrayRef(layouts), ", ") + ", then M, N and K");
  p.transA = work.layout == "TN";
  p.transB = isStoredAlongDepth(work.layout);
  std::optional<rx_dtype> form = storedForm(work.layout);
  if (form && p.k % rx_dtype_block_elements(*form) != 0)
    return llvm::createStringError("'" + name + "': K is no whole number of blocks");
  return work;
}

/// All layouts, compiled; `library` keeps them mapped.
std::map<std::string, GemmKernel> compileKernels(const CpuTarget &target, const Options &options,
                                                 std::unique_ptr<LoadedKernels> &library) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::map<std::string, GemmKernel> kernels;
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> owned;
  for (std::string layout : layouts) {
    GemmSpec &spec = kernels[layout].spec;
    spec.target = &target;
    spec.transA = layout == "TN";
    spec.transB = isStoredAlongDepth(layout);
    spec.packedB = layout == "NP" || storedForm(layout);
    spec.formB = storedForm(layout).value_or(RX_F32);
    spec.precision = options.precision == "bf16" ? Precision::BF16 : Precision::F32;
    if (llvm::StringRef(layout).starts_with(stepPrefix))
      spec.path = GemmPath::Step;
    owned.push_back(buildGemm(context, spec));
    owned.push_back(buildGemmPackB(context, spec));
  }
  auto modules = llvm::map_to_vector(owned, [](auto &module) { return *module; });
  ObjectCache cache(options.cacheFolder);
  std::vector<KernelObject> objects = llvm::cantFail(cache.getAll(modules, target));
  library = std::make_unique<LoadedKernels>(llvm::cantFail(LoadedKernels::load(objects)));
  for (size_t i = 0; i < std::size(layouts); ++i) {
    GemmKernel &kernel = kernels[layouts[i]];
    kernel.product = library->find(objects[2 * i].symbol);
    if (layouts[i] == llvm::StringRef("NP"))
      kernel.pack = library->find(objects[2 * i + 1].symbol);
  }
  return kernels;
}

void print(const Work &work, llvm::StringRef contestant, const Measurement &measured) {
  llvm::outs() << llvm::formatv(
      "{{\"work\": \"{0}\", \"contestant\": \"{1}\", \"seconds\": {2:e6}, \"error\": {3:e2}}\n",
      work.name, contestant, measured.seconds, measured.error);
  llvm::outs().flush();
}

llvm::Error run(const Options &options) {
  llvm::Expected<const CpuTarget *> target = findCpuTarget(options.cpu);
  if (!target)
    return target.takeError();
  OpenBlas blas;
  if (!blas.available())
    return llvm::createStringError("libopenblas.so.0 was not found; install libopenblas0-pthread");
  blas.setThreads(options.threads);
  llvm::errs() << "target " << (*target)->name << "; " << blas.describe() << "\n";
  std::unique_ptr<LoadedKernels> library;
  std::map<std::string, GemmKernel> kernels = compileKernels(**target, options, library);
  Workers workers(options.threads);
  for (const std::string &name : options.works) {
    llvm::Expected<Work> work = parseWork(name);
    if (!work)
      return work.takeError();
    Contest contest(work->product, kernels.at(work->layout), blas, workers);
    contest.run(options.alternations, options.minSeconds);
    print(*work, "rxc", contest.ours);
    print(*work, "openblas", contest.openBlas);
  }
  return llvm::Error::success();
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  CLI::App app("Generated GEMM against OpenBLAS");
  app.add_option("works", options.works, "Products, e.g. NN_512x1024x640 (layout, M, N, K)");
  app.add_option("--cpu", options.cpu, "CPU target: host, or a name of rxc --cpu");
  app.add_option("--precision", options.precision, "f32 or bf16, of rxc's side")
      ->check(CLI::IsMember({"f32", "bf16"}));
  app.add_option("--threads", options.threads, "Threads of both sides");
  app.add_option("--alternations", options.alternations, "Turns of each side per product");
  app.add_option("--min-seconds", options.minSeconds, "Least time of one turn");
  app.add_option("--cache", options.cacheFolder, "Where compiled kernels are kept");
  CLI11_PARSE(app, argc, argv);
  if (llvm::Error error = run(options)) {
    llvm::errs() << "rxc_gemm_bench: " << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
