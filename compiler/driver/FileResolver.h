//===- FileResolver.h - modules, packages and weight headers -----*- C++ -*-===//
#pragma once

#include "compiler/resolve/Resolver.h"

#include "mlir/IR/BuiltinOps.h"

#include <filesystem>
#include <memory>

namespace rx::driver {

/// The standard library's folder: $RXC_STDLIB, else beside the binary, else the source tree.
std::filesystem::path stdlibFolder();

class FileResolver : public resolve::Resolver {
public:
  explicit FileResolver(std::filesystem::path programFolder) : folder(std::move(programFolder)) {}
  const resolve::WeightHeader *weights(const std::string &package, bool isPath, std::string &error) override;
  std::optional<std::pair<std::string, std::string>> module(const std::string &dotted) override;

  /// Says of every buffer of `module` that comes from a file in which element form the file has it.
  void noteStoredForms(mlir::ModuleOp module);

private:
  std::filesystem::path folder;
  std::map<std::string, std::unique_ptr<resolve::WeightHeader>> headers;
};

} // namespace rx::driver
