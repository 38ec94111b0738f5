//===- rxc.cpp - the command line --------------------------------*- C++ -*-===//
#include "compiler/ast/Ast.h"
#include "compiler/driver/FileResolver.h"
#include "compiler/elaborate/Elaborator.h"
#include "compiler/lower/RxToRxt.h"
#include "compiler/parse/Parse.h"
#include "dialects/rx/Rx.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <sstream>

using namespace rx;

namespace {

struct Arguments {
  std::string program, stopAfter, kind;
  elaborate::Options elaboration;
  std::vector<std::string> settings;
};

/// A program read, parsed and elaborated; diagnostics are printed.
struct Compilation {
  mlir::MLIRContext context;
  diag::DiagnosticEngine diagnostics;
  std::unique_ptr<diag::Source> source;
  std::unique_ptr<ast::File> file;
  std::unique_ptr<driver::FileResolver> resolver;
  std::unique_ptr<elaborate::Elaborator> elaborator;
  mlir::OwningOpRef<mlir::ModuleOp> module;

  bool parse(const std::string &path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    if (!in) {
      std::cerr << "cli: error: cannot read " << path << " [file]\n";
      return false;
    }
    source = std::make_unique<diag::Source>(path, text.str());
    file = parse::parseFile(*source, diagnostics);
    return report();
  }

  bool elaborate(const Arguments &arguments) {
    context.loadDialect<rxd::RxDialect, rxt::RxtDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect>();
    resolver = std::make_unique<driver::FileResolver>(std::filesystem::path(arguments.program).parent_path());
    elaborator = std::make_unique<elaborate::Elaborator>(context, *resolver, diagnostics, arguments.elaboration);
    module = elaborator->run(*file);
    if (!report())
      return false;
    if (mlir::failed(mlir::verify(*module))) {
      std::cerr << "rxc: internal error: the elaborated program is not valid IR; this is a bug of rxc\n";
      return false;
    }
    return true;
  }

  bool report() {
    std::cerr << diagnostics.render();
    return !diagnostics.hasErrors();
  }
};

void addProgram(CLI::App *command, Arguments &arguments) {
  command->add_option("program", arguments.program, "the .rx file")->required();
  command->add_option("--set", arguments.settings, "change a setting: NAME=VALUE or NAME.ARGUMENT=VALUE (may be repeated)");
  command->add_option("--preset", arguments.elaboration.preset, "apply a preset of the experiment");
}

bool splitSettings(Arguments &arguments) {
  for (auto &setting : arguments.settings) {
    size_t at = setting.find('=');
    if (at == std::string::npos || at == 0) {
      std::cerr << "cli: error: --set takes NAME=VALUE, not `" << setting << "` [unknown-setting]\n";
      return false;
    }
    arguments.elaboration.settings.push_back({setting.substr(0, at), setting.substr(at + 1)});
  }
  return true;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app{"rxc: a declarative language for machine-learning experiments\n"
               "  rxc run examples/recursive_gemma.rx        compile and run an experiment\n"
               "  rxc check FILE                             find every error before anything runs"};
  app.require_subcommand(1);
  Arguments arguments;
  auto *check = app.add_subcommand("check", "parse and check every shape; nothing runs");
  addProgram(check, arguments);
  auto *compile = app.add_subcommand("compile", "lower a program and print or keep what becomes of it");
  addProgram(compile, arguments);
  compile->add_option("--stop-after", arguments.stopAfter, "print the program after a phase: parse, rx");
  auto *explain = app.add_subcommand("explain", "what a kind of error means");
  explain->add_option("kind", arguments.kind, "the word in [brackets] of a message")->required();
  CLI11_PARSE(app, argc, argv);

  if (*explain) {
    std::string text = diag::explain(arguments.kind);
    if (text.empty()) {
      std::string nearest = diag::nearestName(arguments.kind, diag::knownKinds());
      std::cerr << "cli: error: there is no kind `" << arguments.kind << "`" << (nearest.empty() ? "" : ", did you mean `" + nearest + "`?") << "\n";
      return 1;
    }
    std::cout << text << "\n";
    return 0;
  }
  if (!splitSettings(arguments))
    return 1;
  Compilation compilation;
  if (!compilation.parse(arguments.program))
    return 1;
  if (arguments.stopAfter == "parse") {
    std::cout << ast::dump(*compilation.file);
    return 0;
  }
  if (!compilation.elaborate(arguments))
    return 1;
  if (arguments.stopAfter == "rx")
    compilation.module->print(llvm::outs(), mlir::OpPrintingFlags().enableDebugInfo(false));
  if (arguments.stopAfter == "rx" || *check)
    return 0;
  if (mlir::failed(compiler::rxToRxt(*compilation.module)) || mlir::failed(mlir::verify(*compilation.module)))
    return 1;
  if (arguments.stopAfter == "rxt")
    compilation.module->print(llvm::outs(), mlir::OpPrintingFlags().enableDebugInfo(false));
  return 0;
}
