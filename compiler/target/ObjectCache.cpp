#include "compiler/target/ObjectCache.h"
#include "compiler/target/KernelPipeline.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"
#include <mutex>
#include <thread>

using namespace mlir;

namespace rx::compiler {

/// Stands for the entry's name in the text that is hashed.
static constexpr llvm::StringLiteral canonicalEntry = "rx_kernel";

struct ObjectCache::Entry {
  std::string text; ///< The module with its entry called canonicalEntry.
  KernelObject object;
};

ObjectCache::ObjectCache(llvm::StringRef cacheFolder) {
  llvm::SmallString<128> path = cacheFolder;
  llvm::sys::path::append(path, "objects");
  folder = path.str().str();
}

static llvm::Expected<func::FuncOp> findEntry(ModuleOp module) {
  SmallVector<func::FuncOp> entries;
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPublic())
      entries.push_back(function);
  if (entries.size() == 1)
    return entries.front();
  return llvm::createStringError("a kernel module defines exactly one public function; this one "
                                 "defines " +
                                 llvm::Twine(entries.size()));
}

static std::string hashText(llvm::StringRef text) {
  llvm::XXH128_hash_t hash = llvm::xxh3_128bits(llvm::arrayRefFromStringRef(text));
  return llvm::utohexstr(hash.high64, /*LowerCase=*/true, 16) +
         llvm::utohexstr(hash.low64, /*LowerCase=*/true, 16);
}

llvm::Expected<ObjectCache::Entry> ObjectCache::describe(ModuleOp module, const CpuTarget &target,
                                                         const EmitOptions &options) const {
  OwningOpRef<ModuleOp> canonical(module.clone());
  llvm::Expected<func::FuncOp> entry = findEntry(*canonical);
  if (!entry)
    return entry.takeError();
  if (failed(SymbolTable::replaceAllSymbolUses(
          *entry, StringAttr::get(module.getContext(), canonicalEntry), *canonical)))
    return llvm::createStringError("a use of the entry of a kernel module could not be renamed");
  entry->setName(canonicalEntry);
  (*canonical)->removeAttr(SymbolTable::getSymbolAttrName());

  Entry described;
  llvm::raw_string_ostream out(described.text);
  // Whoever compiles the text verifies it.
  canonical->print(out, OpPrintingFlags().enableDebugInfo(false).assumeVerified());
  std::string key;
  llvm::raw_string_ostream(key) << kernelPipelineIdentity() << '\n'
                                << target.name << ' ' << target.llvmCpu << ' ' << target.features
                                << ' ' << target.vectorBits << " O" << options.optLevel << '\n'
                                << described.text;
  std::string hash = hashText(key);
  described.object.symbol = "rxk_" + hash;
  llvm::SmallString<128> path = llvm::StringRef(folder);
  llvm::sys::path::append(path, hash + ".o");
  described.object.path = path.str().str();
  return described;
}

/// Whether `object.path` holds an ELF object that defines `object.symbol`.
static bool isUsable(const KernelObject &object) {
  auto file = llvm::object::ObjectFile::createObjectFile(object.path);
  if (!file) {
    llvm::consumeError(file.takeError());
    return false;
  }
  for (const llvm::object::SymbolRef &symbol : file->getBinary()->symbols()) {
    llvm::Expected<llvm::StringRef> name = symbol.getName();
    if (!name)
      llvm::consumeError(name.takeError());
    else if (*name == object.symbol)
      return true;
  }
  return false;
}

/// Compiles from the text, in a context of its own: contexts are not shared between threads, and
/// nothing that the hash does not cover can reach the code.
static llvm::Expected<std::string> compileText(llvm::StringRef text, llvm::StringRef symbol,
                                               const CpuTarget &target,
                                               const EmitOptions &options) {
  DialectRegistry registry;
  registerKernelDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  std::string messages;
  ScopedDiagnosticHandler collect(&context, [&](Diagnostic &diagnostic) {
    messages += "\n  " + diagnostic.str();
    return success();
  });
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return llvm::createStringError("the printed text of a kernel cannot be parsed:" + messages);
  auto entry = module->lookupSymbol<func::FuncOp>(canonicalEntry);
  if (failed(SymbolTable::replaceAllSymbolUses(entry, StringAttr::get(&context, symbol), *module)))
    return llvm::createStringError("a use of the entry of a kernel module could not be renamed");
  entry.setName(symbol);
  return emitObject(*module, target, options);
}

static llvm::Error writeAtomically(llvm::StringRef path, llvm::StringRef bytes) {
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  if (std::error_code code = llvm::sys::fs::create_directories(folder))
    return llvm::createStringError(code, "the cache folder " + folder +
                                             " cannot be created: " + code.message());
  auto file = llvm::sys::fs::TempFile::create(path + ".%%%%%%%%.tmp");
  if (!file)
    return file.takeError();
  llvm::raw_fd_ostream out(file->FD, /*shouldClose=*/false);
  out << bytes;
  out.flush();
  if (std::error_code code = out.error()) {
    out.clear_error();
    return llvm::joinErrors(
        llvm::createStringError(code, "writing " + path + " failed: " + code.message()),
        file->discard());
  }
  return file->keep(path);
}

llvm::Error ObjectCache::ensure(const Entry &entry, const CpuTarget &target,
                                const EmitOptions &options) {
  if (isUsable(entry.object))
    return llvm::Error::success();
  llvm::Expected<std::string> bytes = compileText(entry.text, entry.object.symbol, target, options);
  if (!bytes)
    return bytes.takeError();
  ++compiled;
  return writeAtomically(entry.object.path, *bytes);
}

llvm::Expected<KernelObject> ObjectCache::get(ModuleOp module, const CpuTarget &target,
                                              const EmitOptions &options) {
  llvm::Expected<std::vector<KernelObject>> objects = getAll(module, target, options, 1);
  if (!objects)
    return objects.takeError();
  return objects->front();
}

llvm::Expected<std::vector<KernelObject>> ObjectCache::getAll(llvm::ArrayRef<ModuleOp> modules,
                                                              const CpuTarget &target,
                                                              const EmitOptions &options,
                                                              unsigned threads) {
  std::vector<KernelObject> objects;
  std::vector<Entry> distinct;
  llvm::DenseMap<Operation *, size_t> first; // of a module that several kernels share: its object
  llvm::StringMap<bool> seen;
  for (ModuleOp module : modules) {
    if (auto [known, isNew] = first.try_emplace(module, objects.size()); !isNew) {
      objects.push_back(KernelObject(objects[known->second]));
      continue;
    }
    llvm::Expected<Entry> entry = describe(module, target, options);
    if (!entry)
      return entry.takeError();
    objects.push_back(entry->object);
    if (seen.try_emplace(entry->object.symbol).second)
      distinct.push_back(std::move(*entry));
  }

  std::atomic<size_t> next = 0;
  std::mutex mutex;
  llvm::Error errors = llvm::Error::success();
  auto work = [&] {
    for (size_t i; (i = next++) < distinct.size();)
      if (llvm::Error error = ensure(distinct[i], target, options)) {
        std::lock_guard lock(mutex);
        errors = llvm::joinErrors(std::move(errors), std::move(error));
      }
  };
  std::vector<std::thread> helpers;
  for (size_t i = 1; i < std::min<size_t>(threads, distinct.size()); ++i)
    helpers.emplace_back(work);
  work();
  for (std::thread &helper : helpers)
    helper.join();
  if (errors)
    return std::move(errors);
  return objects;
}

} // namespace rx::compiler
