#include "compiler/driver/FileResolver.h"

#include "compiler/lower/PanelUses.h"
#include "dialects/rxt/Rxt.h"
#include "runtime/core/Hash.h"
#include "runtime/data/LockFile.h"
#include "runtime/data/WeightFiles.h"
#include "runtime/io/GgufIdentity.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace rx;
namespace fs = std::filesystem;

fs::path rx::driver::stdlibFolder() {
  if (const char *folder = std::getenv("RXC_STDLIB"))
    return folder;
  return fs::path(RXC_SOURCE_FOLDER) / "stdlib";
}

const resolve::WeightHeader *rx::driver::FileResolver::weights(const std::string &name, bool, std::string &error) {
  if (auto it = headers.find(name); it != headers.end())
    return it->second.get();
  auto path = runtime::locateWeights(name, folder);
  if (!path) {
    error = path.message();
    return nullptr;
  }
  auto file = runtime::GgufFile::open(*path);
  if (!file) {
    error = file.message();
    return nullptr;
  }
  auto identity = runtime::headerIdentity(*file);
  if (!identity) {
    error = identity.message();
    return nullptr;
  }
  read.push_back({"weights", name, *identity});
  auto header = std::make_unique<resolve::WeightHeader>();
  header->file = name;
  for (auto &field : file->fields()) {
    if (auto integer = file->getI64(field.key))
      header->metadata[field.key] = *integer;
    else if (auto text = file->getString(field.key))
      header->metadata[field.key] = std::string(*text);
    else if (auto truth = file->getBool(field.key))
      header->metadata[field.key] = *truth;
    else if (auto number = file->getF32(field.key))
      header->metadata[field.key] = double(*number);
  }
  for (auto &tensor : file->tensors())
    header->tensors.push_back({tensor.name, {tensor.shape.begin(), tensor.shape.end()}, rx_dtype_name(tensor.dtype), int64_t(tensor.size)});
  return (headers[name] = std::move(header)).get();
}

void rx::driver::FileResolver::noteStoredForms(mlir::ModuleOp module) {
  for (auto buffer : module.getOps<rxt::BufferOp>()) {
    auto header = buffer.getFile() ? headers.find(buffer.getFile()->str()) : headers.end();
    if (header == headers.end())
      continue;
    for (auto &tensor : header->second->tensors)
      if (tensor.name == buffer.getTensor())
        buffer->setAttr(compiler::storedAttribute, mlir::StringAttr::get(module.getContext(), tensor.storedAs));
  }
}

std::optional<std::pair<std::string, std::string>> rx::driver::FileResolver::readModule(const std::string &dotted) const {
  std::string relative = dotted;
  for (char &c : relative)
    if (c == '.')
      c = '/';
  bool isLibrary = dotted.rfind("std.", 0) == 0;
  fs::path path = isLibrary ? stdlibFolder() / (relative.substr(4) + ".rx") : folder / (relative + ".rx");
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return std::nullopt;
  std::stringstream text;
  text << in.rdbuf();
  return std::pair(isLibrary ? "stdlib/" + relative.substr(4) + ".rx" : path.string(), text.str());
}

static std::string contentOf(const std::pair<std::string, std::string> &module) {
  return runtime::CacheHash().add(module.first).add(module.second).key().hex();
}

std::optional<std::pair<std::string, std::string>> rx::driver::FileResolver::module(const std::string &dotted) {
  auto found = readModule(dotted);
  if (found)
    read.push_back({"module", dotted, contentOf(*found)});
  return found;
}

std::string rx::driver::FileResolver::textProblem(const std::string &name) {
  auto lockPath = runtime::findLockFile(folder);
  if (!lockPath)
    return std::string(lockPath.message());
  auto lock = runtime::LockFile::load(*lockPath);
  if (!lock)
    return std::string(lock.message());
  return std::string(lock->text(name).message());
}

std::vector<std::string> rx::driver::FileResolver::libraryModules() const {
  std::vector<std::string> names;
  std::error_code code;
  for (const fs::directory_entry &entry : fs::recursive_directory_iterator(stdlibFolder(), code)) {
    if (entry.path().extension() != ".rx")
      continue;
    fs::path relative = fs::relative(entry.path(), stdlibFolder(), code).replace_extension();
    std::string name = "std";
    for (const fs::path &part : relative)
      name += "." + part.string();
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool rx::driver::FileResolver::isCurrent(const ElaborationInput &input) const {
  if (input.kind == "weights") {
    auto path = runtime::locateWeights(input.name, folder);
    return path && runtime::hasHeader(path->string(), input.content);
  }
  auto module = readModule(input.name);
  return module && contentOf(*module) == input.content;
}
