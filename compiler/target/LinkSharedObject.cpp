#include "compiler/target/LinkSharedObject.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

namespace rx::compiler {
namespace {

/// Functions of libm that lowered math ops call; each also exists with the suffix f.
constexpr llvm::StringLiteral mathFunctions[] = {
    "acos",   "acosh", "asin",      "asinh", "atan",  "atan2",     "atanh", "cbrt",
    "ceil",   "cos",   "cosh",      "erf",   "erfc",  "exp",       "exp2",  "expm1",
    "fabs",   "floor", "fma",       "fmod",  "fmax",  "fmin",      "ldexp", "log",
    "log10",  "log1p", "log2",      "pow",   "round", "roundeven", "rint",  "sin",
    "sincos", "sinh",  "nearbyint", "sqrt",  "tan",   "tanh",      "trunc"};

bool isProvidedBySystem(llvm::StringRef symbol) {
  static const llvm::StringSet<> provided = [] {
    llvm::StringSet<> names;
    for (llvm::StringRef name : mathFunctions) {
      names.insert(name);
      names.insert((name + "f").str());
    }
    for (llvm::StringRef name : {"memcpy", "memmove", "memset", "_GLOBAL_OFFSET_TABLE_"})
      names.insert(name);
    return names;
  }();
  return provided.contains(symbol);
}

llvm::Error checkUndefinedSymbols(llvm::ArrayRef<std::string> paths) {
  llvm::StringSet<> defined;
  std::vector<std::pair<std::string, std::string>> undefined; // symbol, path
  for (const std::string &path : paths) {
    auto object = llvm::object::ObjectFile::createObjectFile(path);
    if (!object)
      return llvm::createStringError(path + ": not an object file (" +
                                     llvm::toString(object.takeError()) +
                                     "); remove it, rxc compiles the kernel again");
    for (const llvm::object::SymbolRef &symbol : object->getBinary()->symbols()) {
      auto name = symbol.getName();
      auto flags = symbol.getFlags();
      if (!name || !flags)
        return llvm::joinErrors(name.takeError(), flags.takeError());
      if (*flags & llvm::object::SymbolRef::SF_Undefined)
        undefined.emplace_back(name->str(), path);
      else
        defined.insert(*name);
    }
  }
  for (const auto &[symbol, path] : undefined)
    if (!symbol.empty() && !defined.contains(symbol) && !isProvidedBySystem(symbol))
      return llvm::createStringError(path + ": needs the symbol '" + symbol +
                                     "', which neither a kernel nor the C math library defines");
  return llvm::Error::success();
}

llvm::Expected<std::string> findLinker() {
  if (const char *chosen = std::getenv("RXC_LLD"))
    return std::string(chosen);
  for (llvm::StringRef name : {"ld.lld", "ld.lld-22"}) {
    if (auto beside = llvm::sys::findProgramByName(name, {RXC_LLVM_BINDIR}))
      return *beside;
    if (auto onPath = llvm::sys::findProgramByName(name))
      return *onPath;
  }
  return llvm::createStringError("ld.lld was not found beside LLVM (" RXC_LLVM_BINDIR
                                 ") nor on PATH; install the package lld-22 or set RXC_LLD");
}

using llvm::sys::fs::TempFile;

/// Next to the result, so that the final rename stays within one file system.
llvm::Expected<TempFile> makeTemporary(llvm::StringRef out, llvm::StringRef suffix) {
  return TempFile::create(out + ".%%%%%%%%" + suffix);
}

/// Quoted for llvm::cl::TokenizeGNUCommandLine, which is what lld reads response files with.
std::string quote(llvm::StringRef argument) {
  std::string quoted = "\"";
  for (char c : argument) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    quoted += c;
  }
  return quoted + "\"\n";
}

/// Runs the linker on what `response` holds; `messages` receives what it prints.
llvm::Error runLinker(llvm::StringRef linker, const TempFile &response, const TempFile &messages) {
  std::string responseArgument = "@" + response.TmpName, failure;
  std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(), messages.TmpName,
                                                messages.TmpName};
  int status = llvm::sys::ExecuteAndWait(linker, {linker, responseArgument}, std::nullopt,
                                         redirects, 0, 0, &failure);
  if (status == 0)
    return llvm::Error::success();
  auto printed = llvm::MemoryBuffer::getFile(messages.TmpName);
  return llvm::createStringError("linking kernels with " + linker + " failed: " + failure +
                                 (printed ? (*printed)->getBuffer().trim() : ""));
}

/// A program may have more kernels than fit a command line, hence the response file.
llvm::Error linkInto(const TempFile &result, llvm::ArrayRef<std::string> objects,
                     llvm::StringRef linker, llvm::StringRef out) {
  auto response = makeTemporary(out, ".rsp");
  if (!response)
    return response.takeError();
  auto messages = makeTemporary(out, ".err");
  if (!messages)
    return llvm::joinErrors(messages.takeError(), response->discard());
  {
    llvm::raw_fd_ostream text(response->FD, /*shouldClose=*/false);
    text << "-shared --hash-style=gnu --build-id=none --threads=1 -Bsymbolic -z noexecstack -o "
         << quote(result.TmpName);
    if (objects.empty()) // a program may compute nothing; the linker wants an input all the same
      text << "-m elf_x86_64 --format=binary /dev/null";
    for (const std::string &object : objects)
      text << quote(object);
  }
  llvm::Error failed = runLinker(linker, *response, *messages);
  return llvm::joinErrors(std::move(failed),
                          llvm::joinErrors(response->discard(), messages->discard()));
}

} // namespace

llvm::Error linkSharedObject(llvm::ArrayRef<std::string> objectPaths, llvm::StringRef out) {
  std::vector<std::string> objects(objectPaths.begin(), objectPaths.end());
  llvm::sort(objects); // the same set gives the same bytes
  objects.erase(llvm::unique(objects), objects.end());
  if (llvm::Error error = checkUndefinedSymbols(objects))
    return error;
  llvm::Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  llvm::Expected<TempFile> result = makeTemporary(out, ".tmp");
  if (!result)
    return result.takeError();
  if (llvm::Error error = linkInto(*result, objects, *linker, out))
    return llvm::joinErrors(std::move(error), result->discard());
  return result->keep(out);
}

} // namespace rx::compiler
