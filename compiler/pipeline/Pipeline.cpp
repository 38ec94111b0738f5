#include "compiler/pipeline/Pipeline.h"

#include "compiler/lower/ChooseForms.h"
#include "compiler/lower/KernelToLoops.h"
#include "compiler/lower/ModelBytes.h"
#include "compiler/lower/PlanEmission.h"
#include "compiler/lower/RxToRxt.h"
#include "compiler/lower/RxtToRxk.h"
#include "compiler/passes/BoundIds.h"
#include "compiler/passes/DeriveDecode.h"
#include "compiler/passes/DeriveDepths.h"
#include "compiler/passes/FuseAttention.h"
#include "compiler/passes/FuseElementwise.h"
#include "compiler/passes/FuseLogSumExp.h"
#include "compiler/passes/HoistTables.h"
#include "compiler/target/LinkSharedObject.h"
#include "compiler/target/ObjectCache.h"
#include "dialects/rx/Rx.h"
#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/Rxt.h"
#include "runtime/abi/Kernel.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/raw_ostream.h"

#include <fstream>

using namespace mlir;
namespace fs = std::filesystem;

namespace rx::compiler {

std::vector<std::pair<std::string, std::string>> phases() {
  return {
#define RX_PHASE(name, help) {#name, help},
#include "compiler/pipeline/Phases.def"
#undef RX_PHASE
  };
}

std::optional<Phase> phaseNamed(const std::string &name) {
  auto all = phases();
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].first == name)
      return static_cast<Phase>(i);
  return std::nullopt;
}

namespace {

/// Which dialects a phase may leave behind.
bool isLegal(Operation *op, Phase phase) {
  StringRef dialect = op->getName().getDialectNamespace();
  if (phase == Phase::rx)
    return true;
  if (dialect == "rx")
    return false;
  if (phase < Phase::rxk)
    return dialect != "rxk";
  // rxk: what computes stands in a kernel; outside only control flow and launches are left.
  bool computes = isa<rxt::LoopLowering>(op);
  return !computes || op->getParentOfType<rxk::KernelOp>();
}

LogicalResult checkLevel(ModuleOp module, Phase phase) {
  auto result = module.walk([&](Operation *op) {
    if (isLegal(op, phase))
      return WalkResult::advance();
    op->emitError("is not legal after phase `") << phases()[size_t(phase)].first << "`";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted() || failed(verify(module)));
}

/// The phase that a module's text has reached already: those before it would find ops they do not know.
Phase phaseOf(ModuleOp module) {
  return module.getOps<rxk::KernelOp>().empty() ? Phase::rx : Phase::rxk;
}

void dump(ModuleOp module, Phase phase, const fs::path &folder) {
  if (folder.empty())
    return;
  fs::create_directories(folder);
  std::string name = (phase < Phase(10) ? "0" : "") + std::to_string(int(phase)) + "-" + phases()[size_t(phase)].first + ".mlir";
  std::error_code error;
  llvm::raw_fd_ostream out((folder / name).string(), error);
  module.print(out, OpPrintingFlags().enableDebugInfo(true, false));
}

LogicalResult fuse(ModuleOp module) {
  boundIds(module); // while every position is still read by an op of its own
  PassManager passes(module.getContext());
  passes.addPass(createCSEPass()); // a value computed twice would have two readers
  passes.addPass(createFuseElementwisePass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createHoistTablesPass());
  // Last: others would take their maps apart.
  passes.addPass(createFuseAttentionPass());
  passes.addPass(createFuseLogSumExpPass());
  return passes.run(module);
}

LogicalResult fail(const fs::path &where, llvm::Error error) {
  llvm::errs() << "rxc: error: " << where.string() << ": " << llvm::toString(std::move(error)) << "\n";
  return failure();
}

/// A bundle is complete or absent: its files are written into a folder beside it, which then takes its name.
class UnfinishedBundle {
public:
  explicit UnfinishedBundle(const fs::path &finished) : finished(finished), work(finished) {
    work += ".part";
    std::error_code ignored; // the first file that is written tells
    fs::remove_all(work, ignored);
    fs::create_directories(work, ignored);
  }
  ~UnfinishedBundle() {
    std::error_code ignored;
    fs::remove_all(work, ignored);
  }

  const fs::path &folder() const { return work; }

  LogicalResult write(const char *name, const std::string &text) {
    std::ofstream out(work / name, std::ios::binary);
    out << text;
    out.close();
    return out ? success() : failWriting(work / name, strerror(errno));
  }

  LogicalResult finish() {
    std::error_code error;
    fs::remove_all(finished, error);
    fs::rename(work, finished, error);
    return error ? failWriting(finished, error.message()) : success();
  }

private:
  static LogicalResult failWriting(const fs::path &path, const std::string &reason) {
    llvm::errs() << "rxc: error: cannot write " << path.string() << ": " << reason << "\n";
    return failure();
  }

  fs::path finished, work;
};

FailureOr<PipelineResult> writeBundle(ModuleOp module, const PipelineOptions &options) {
  PipelineResult result;
  std::map<std::string, KernelFacts> facts;
  KernelLowering lowering(*options.target, options.precision);
  std::vector<LoweredKernel> kernels; // own the modules
  std::vector<ModuleOp> modules;
  module.getContext()->loadDialect<LLVM::LLVMDialect, scf::SCFDialect, vector::VectorDialect>();
  for (auto kernel : module.getOps<rxk::KernelOp>()) {
    auto lowered = lowering.lower(kernel);
    if (failed(lowered))
      return failure();
    std::vector<std::string> passed;
    for (const SizeExpr &size : lowered->sizes)
      passed.push_back(size.str());
    facts[kernel.getSymName().str()] = {rxt::sizeSymbols(kernel), passed, lowered->extent.str(), lowered->scratchBytes, lowered->grain, lowered->unit, lowered->updated};
    modules.push_back(**lowered->module);
    kernels.push_back(std::move(*lowered));
  }
  auto plan = emitPlan(module, facts);
  if (failed(plan))
    return failure();
  ObjectCache cache(options.cache.string());
  auto objects = cache.getAll(modules, *options.target);
  if (!objects)
    return fail(options.cache, objects.takeError());
  result.compiled = cache.compiledCount();
  UnfinishedBundle bundle(options.bundle);
  std::vector<std::string> paths;
  std::map<std::string, std::string> symbolOf;
  for (auto [kernel, object] : llvm::zip(module.getOps<rxk::KernelOp>(), *objects)) {
    paths.push_back(object.path);
    symbolOf[kernel.getSymName().str()] = object.symbol;
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  result.kernels = paths.size();
  for (auto &kernel : plan->plan["kernels"])
    kernel["symbol"] = symbolOf.at(kernel["name"]);
  if (auto error = linkSharedObject(paths, (bundle.folder() / "kernels.so").string()))
    return fail(bundle.folder(), std::move(error));
  nlohmann::json manifest = {{"format", 1},
                             {"kernelAbi", RX_KERNEL_ABI},
                             {"target", options.target->name.str()},
                             {"cpuFeatures", options.target->features.str()},
                             {"precision", nameOf(options.precision)},
                             {"experiment", nlohmann::json::object()},
                             {"buffers", plan->buffers}};
  if (auto experiment = module->getAttrOfType<StringAttr>("rx.manifest"))
    manifest["experiment"] = nlohmann::json::parse(experiment.getValue().str());
  resolveModelBytes(module, manifest["experiment"]);
  if (failed(bundle.write("plan.json", plan->plan.dump(1))) || failed(bundle.write("manifest.json", manifest.dump(1))) ||
      failed(bundle.write("constants.bin", plan->constants)) || failed(bundle.finish()))
    return failure();
  return result;
}

} // namespace

FailureOr<PipelineResult> runPipeline(ModuleOp module, const PipelineOptions &options) {
  Phase reached = phaseOf(module);
  if (reached == Phase::rx)
    dump(module, Phase::rx, options.dumpFolder);
  struct Step {
    Phase phase;
    std::function<LogicalResult(ModuleOp)> run;
  };
  auto forms = [&](ModuleOp kernels) { return chooseForms(kernels, *options.target, options.weights); };
  auto decode = [&](ModuleOp programs) {
    LogicalResult derived = deriveDecode(programs);
    return succeeded(derived) && options.depths ? deriveDepths(programs) : derived;
  };
  for (auto &[phase, run] : {Step{Phase::rxt, rxToRxt}, Step{Phase::decode, decode}, Step{Phase::fuse, fuse}, Step{Phase::rxk, rxtToRxk}, Step{Phase::forms, forms}}) {
    if (options.stopAfter < phase)
      return PipelineResult();
    if (phase < reached)
      continue;
    if (failed(run(module)) || failed(checkLevel(module, phase)))
      return failure();
    dump(module, phase, options.dumpFolder);
  }
  if (options.stopAfter < Phase::bundle)
    return PipelineResult();
  return writeBundle(module, options);
}

} // namespace rx::compiler
