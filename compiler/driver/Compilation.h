//===- Compilation.h - a program on its way to a bundle ----------*- C++ -*-===//
#pragma once

#include "compiler/ast/Ast.h"
#include "compiler/diag/Diagnostic.h"
#include "compiler/driver/FileResolver.h"
#include "compiler/elaborate/CheckDefinitions.h"
#include "compiler/elaborate/Elaborator.h"
#include "compiler/pipeline/Pipeline.h"
#include "runtime/core/Hash.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rx::driver {

/// Which program, with which settings: what every command that elaborates takes.
struct ProgramArguments {
  std::string program, preset;
  std::vector<std::string> settings;                   ///< NAME=VALUE
  std::optional<elaborate::GeneratorChoice> generator; ///< instead of the reports

  void addTo(CLI::App *command);
  /// The folder that relative paths of the program, and its lock file, are looked for from.
  std::filesystem::path folder() const;
  std::optional<elaborate::Options> elaboration() const;
};

/// Options for commands that generate code; nothing, after a message, for a CPU that is not known.
struct TargetArguments {
  std::string cpu = "host", precision = "f32", dumpFolder;

  void addTo(CLI::App *command);
  std::optional<compiler::PipelineOptions> pipeline() const;
};

/// A program read, parsed, elaborated and lowered, step by step. A step that returns false has
/// printed why.
class Compilation {
public:
  bool read(const std::string &path);
  /// read(), unless that was done, and then its syntax.
  bool parse(const std::string &path);
  /// parse(), then everything that is checked before lowering.
  bool elaborate(const ProgramArguments &arguments);
  /// After elaborate(): every model and function of the file by itself, whether used or not.
  bool checkDefinitions(const ProgramArguments &arguments, elaborate::CheckSummary &summary);
  /// Parses a program and elaborates its `test`s, into a module of rxt functions.
  bool elaborateTests(const std::string &path, std::vector<elaborate::TestProgram> &tests);
  mlir::ModuleOp testModule() { return definitions->testModule(); }
  /// Adds to what report() prints.
  diag::DiagnosticEngine &messages() { return diagnostics; }
  bool report();
  /// Lowers to a bundle, or to the phase asked for.
  bool lower(const compiler::PipelineOptions &options);
  /// Finds the bundle of a program in the cache, or makes it there, and sets options.bundle. Where
  /// the index knows the program, nothing is elaborated; else it is, and equal programs compiled by
  /// this binary for this target still share one bundle. After it, text() is known, program() not
  /// always.
  bool compileIntoCache(const ProgramArguments &arguments, compiler::PipelineOptions &options);

  const ast::File &syntax() const { return *file; }
  std::string text() const { return std::string(source->text()); }
  mlir::ModuleOp program() const { return *module; }
  const compiler::PipelineResult &result() const { return lowered; }

private:
  runtime::Hash128 request(const ProgramArguments &arguments,
                           const compiler::PipelineOptions &options) const;
  bool hasExperiment(const std::string &path);
  bool lowerIntoCache(compiler::PipelineOptions &options);
  void loadDialects();
  bool verify();
  /// Goes on from the text of a phase.
  bool resume(const std::string &path);

  mlir::MLIRContext context;
  diag::DiagnosticEngine diagnostics;
  std::unique_ptr<diag::Source> source;
  std::unique_ptr<ast::File> file;
  std::unique_ptr<FileResolver> resolver;
  std::unique_ptr<elaborate::Elaborator> elaborator, definitions;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  compiler::PipelineResult lowered;
  std::string programName;
};

} // namespace rx::driver
