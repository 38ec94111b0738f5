#include "compiler/target/EmitObject.h"
#include "compiler/target/KernelPipeline.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"
#include <mutex>

namespace rx::compiler {
namespace {

constexpr llvm::StringLiteral tripleName = "x86_64-unknown-linux-gnu";

llvm::Expected<std::unique_ptr<llvm::TargetMachine>> makeMachine(const CpuTarget &target,
                                                                 const EmitOptions &options) {
  static std::once_flag initialised;
  std::call_once(initialised, [] {
    // rxc generates x86-64 whatever it runs on, so never the "native" target.
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
  });
  llvm::Triple triple(tripleName);
  std::string error;
  const llvm::Target *backend = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!backend)
    return llvm::createStringError("this LLVM cannot generate x86-64 code: " + error);
  auto level =
      llvm::CodeGenOpt::getLevel(options.optLevel).value_or(llvm::CodeGenOptLevel::Default);
  return std::unique_ptr<llvm::TargetMachine>(
      backend->createTargetMachine(triple, target.llvmCpu, target.features, llvm::TargetOptions(),
                                   llvm::Reloc::PIC_, std::nullopt, level));
}

void describeTarget(llvm::Module &module, const CpuTarget &target, llvm::TargetMachine &machine) {
  module.setTargetTriple(llvm::Triple(tripleName));
  module.setDataLayout(machine.createDataLayout());
  module.setPICLevel(llvm::PICLevel::BigPIC);
  for (llvm::Function &function : module) {
    function.setDoesNotThrow();
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.llvmCpu);
    function.addFnAttr("target-features", target.features);
    function.addFnAttr("prefer-vector-width", std::to_string(target.vectorBits));
  }
}

void optimize(llvm::Module &module, llvm::TargetMachine &machine, unsigned optLevel) {
  const llvm::OptimizationLevel levels[] = {
      llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1, llvm::OptimizationLevel::O2,
      llvm::OptimizationLevel::O3};
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::OptimizationLevel level = levels[std::min(optLevel, 3u)];
  llvm::ModulePassManager passes = optLevel == 0 ? builder.buildO0DefaultPipeline(level)
                                                 : builder.buildPerModuleDefaultPipeline(level);
  passes.run(module, modules);
}

llvm::Expected<std::string> emit(mlir::ModuleOp module, const CpuTarget &target,
                                 const EmitOptions &options, llvm::CodeGenFileType type) {
  mlir::registerBuiltinDialectTranslation(*module.getContext());
  mlir::registerLLVMDialectTranslation(*module.getContext());
  if (llvm::Error error = lowerKernelModule(module))
    return error;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> ir = mlir::translateModuleToLLVMIR(module, context);
  if (!ir)
    return llvm::createStringError("a lowered kernel could not be translated to LLVM IR");
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine = makeMachine(target, options);
  if (!machine)
    return machine.takeError();
  describeTarget(*ir, target, **machine);
  optimize(*ir, **machine, options.optLevel);

  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream out(bytes);
  llvm::legacy::PassManager codegen;
  if ((*machine)->addPassesToEmitFile(codegen, out, nullptr, type))
    return llvm::createStringError("this LLVM cannot write x86-64 objects");
  codegen.run(*ir);
  return bytes.str().str();
}

} // namespace

llvm::Expected<std::string> emitObject(mlir::ModuleOp module, const CpuTarget &target,
                                       const EmitOptions &options) {
  return emit(module, target, options, llvm::CodeGenFileType::ObjectFile);
}

llvm::Expected<std::string> emitAssembly(mlir::ModuleOp module, const CpuTarget &target,
                                         const EmitOptions &options) {
  return emit(module, target, options, llvm::CodeGenFileType::AssemblyFile);
}

} // namespace rx::compiler
