//===- FileResolver.h - modules, packages and weight headers -----*- C++ -*-===//
#pragma once

#include "compiler/resolve/Resolver.h"

#include "mlir/IR/BuiltinOps.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rx::driver {

/// The standard library's folder: $RXC_STDLIB, else beside the binary, else the source tree.
std::filesystem::path stdlibFolder();

/// What elaboration read: a module, or the header of a weight file. `content` changes whenever
/// anything does that elaboration has seen of it.
struct ElaborationInput {
  std::string kind, name, content;
};

class FileResolver : public resolve::Resolver {
public:
  explicit FileResolver(std::filesystem::path programFolder) : folder(std::move(programFolder)) {}
  const resolve::WeightHeader *weights(const std::string &package, bool isPath, std::string &error) override;
  std::optional<std::pair<std::string, std::string>> module(const std::string &dotted) override;
  std::string textProblem(const std::string &name) override;
  std::vector<std::string> libraryModules() const override;

  /// What was read so far.
  const std::vector<ElaborationInput> &inputs() const { return read; }
  /// Whether `input` would be read now as it was then: found at the same place, with the same content.
  bool isCurrent(const ElaborationInput &input) const;

  /// Says of every buffer of `module` that comes from a file in which element form the file has it.
  void noteStoredForms(mlir::ModuleOp module);

private:
  /// The path by which a module is shown, and its text. Nothing if there is none.
  std::optional<std::pair<std::string, std::string>> readModule(const std::string &dotted) const;

  std::filesystem::path folder;
  std::vector<ElaborationInput> read;
  std::map<std::string, std::unique_ptr<resolve::WeightHeader>> headers;
};

} // namespace rx::driver
