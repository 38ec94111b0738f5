#include "tests/compiler/lower/harness/TestCode.h"
#include "compiler/target/LoadedKernels.h"
#include "compiler/target/ObjectCache.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "tests/tools/Seed.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/xxhash.h"
#include <iostream>

using namespace mlir;

namespace rx::compiler {
namespace {

/// What the extensions of AVX2 and AVX-512 have instructions for: elements of 8 and 16 bits, and
/// bf16. x86 intrinsics of the former kind have them as lanes of i32.
struct Elements {
  bool narrowIntegers = false, bf16 = false;

  explicit Elements(ModuleOp module) {
    module.walk([&](Operation *op) {
      for (Type type : op->getResultTypes())
        add(type);
      for (Region &region : op->getRegions())
        for (Block &block : region)
          for (Type type : block.getArgumentTypes())
            add(type);
      if (auto call = dyn_cast<LLVM::CallIntrinsicOp>(op)) {
        bool isOfBf16 = call.getIntrin().contains("bf16");
        (isOfBf16 ? bf16 : narrowIntegers) |= call.getIntrin().starts_with("llvm.x86");
      }
    });
  }

  /// Whether `feature`, of those that a target has and an earlier one has not, has an instruction
  /// for them.
  bool use(llvm::StringRef feature) const {
    if (feature == "+avx512vnni" || feature == "+avxvnni")
      return narrowIntegers;
    return feature != "+avx512bf16" || bf16;
  }

private:
  void add(Type type) {
    Type element = getElementTypeOrSelf(type);
    narrowIntegers |= element.isInteger(8) || element.isInteger(16);
    bf16 |= element.isBF16();
  }
};

bool givesSameCode(const Elements &elements, const CpuTarget &earlier, const CpuTarget &target) {
  if (earlier.llvmCpu != target.llvmCpu || earlier.vectorBits != target.vectorBits)
    return false;
  llvm::SmallVector<llvm::StringRef> has, wants;
  earlier.features.split(has, ',');
  target.features.split(wants, ',');
  return llvm::all_of(has, [&](auto feature) { return llvm::is_contained(wants, feature); }) &&
         llvm::none_of(wants, [&](auto feature) {
           return !llvm::is_contained(has, feature) && elements.use(feature);
         });
}

/// The bytes of code and its constants, with what is relocated in them.
std::string contentsOf(const KernelObject &object) {
  std::string contents;
  auto file = llvm::cantFail(llvm::object::ObjectFile::createObjectFile(object.path));
  for (const llvm::object::SectionRef &section : file.getBinary()->sections()) {
    if (section.isText() || section.isData())
      contents += llvm::cantFail(section.getContents()).str() + '\n';
    for (const llvm::object::RelocationRef &relocation : section.relocations())
      contents +=
          std::to_string(relocation.getOffset()) + ' ' + std::to_string(relocation.getType());
  }
  return contents;
}

/// Everything that the process has compiled; it stays mapped to the end.
class TestCode {
public:
  static TestCode &instance() {
    static TestCode only;
    return only;
  }
  ~TestCode() {
    std::cout << kernels.size() << " pieces of code, " << cache.compiledCount()
              << " of them compiled in this run\n";
  }

  std::vector<rx_kernel> get(llvm::ArrayRef<CodeRequest> requests) {
    std::vector<KernelObject> objects, added;
    for (const CodeRequest &request : requests) {
      objects.push_back(objectOf(request));
      if (!kernels.contains(objects.back().symbol))
        added.push_back(objects.back());
    }
    if (!added.empty())
      load(added);
    std::vector<rx_kernel> entries;
    for (const KernelObject &object : objects)
      entries.push_back(kernels.at(object.symbol));
    return entries;
  }

private:
  KernelObject objectOf(const CodeRequest &request) {
    const CpuTarget &target = codeTarget(request.module, *request.target);
    KernelObject object = llvm::cantFail(cache.get(request.module, target));
    if (&target != request.target && isDrawn(object))
      compare(request, object);
    return object;
  }

  static bool isDrawn(const KernelObject &object) {
    return (llvm::xxh3_64bits(object.symbol) ^ rx::test::seed() * 0x9E3779B97F4A7C15) % 16 == 0;
  }

  void compare(const CodeRequest &request, const KernelObject &object) {
    if (!compared.insert((request.target->name + object.symbol).str()).second)
      return;
    KernelObject own = llvm::cantFail(cache.get(request.module, *request.target));
    if (contentsOf(own) == contentsOf(object))
      return;
    std::string text;
    llvm::raw_string_ostream out(text);
    request.module->print(out);
    ADD_FAILURE() << "target " << request.target->name.str()
                  << " has code of its own for this kernel, say so in TestCode.cpp:\n"
                  << text;
  }

  void load(llvm::ArrayRef<KernelObject> objects) {
    loaded.push_back(llvm::cantFail(LoadedKernels::load(objects)));
    for (const KernelObject &object : objects)
      kernels[object.symbol] = loaded.back().find(object.symbol);
  }

  /// The folder stays for the other tests and later runs; its keys make stale hits impossible.
  ObjectCache cache{"build/test-kernels"};
  llvm::StringMap<rx_kernel> kernels; ///< by symbol
  llvm::StringSet<> compared;
  std::vector<LoadedKernels> loaded;
};

} // namespace

std::vector<const CpuTarget *> runnableTargets() {
  std::vector<const CpuTarget *> targets;
  for (const CpuTarget &target : cpuTargets())
    if (hostRuns(target))
      targets.push_back(&target);
    else
      std::cout << "skipping " << target.name.str() << ": this CPU does not run it\n";
  return targets;
}

const CpuTarget &codeTarget(ModuleOp module, const CpuTarget &target) {
  Elements elements(module);
  for (const CpuTarget &earlier : cpuTargets())
    if (givesSameCode(elements, earlier, target))
      return earlier;
  return target;
}

std::vector<rx_kernel> codeOf(llvm::ArrayRef<CodeRequest> requests) {
  return TestCode::instance().get(requests);
}

rx_kernel codeOf(ModuleOp module, const CpuTarget &target) {
  return codeOf(CodeRequest{module, &target}).front();
}

} // namespace rx::compiler
