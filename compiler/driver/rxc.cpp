//===- rxc.cpp - the command line --------------------------------*- C++ -*-===//
#include "compiler/ast/Ast.h"
#include "compiler/driver/FileResolver.h"
#include "compiler/elaborate/Elaborator.h"
#include "compiler/pipeline/Pipeline.h"
#include "compiler/parse/Parse.h"
#include "dialects/rx/Rx.h"
#include "dialects/rxk/Rxk.h"
#include "runtime/core/Hash.h"
#include "runtime/data/Cache.h"
#include "runtime/device/Cpu.h"
#include "runtime/report/Experiment.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <sstream>

using namespace rx;
namespace fs = std::filesystem;

namespace {

struct Arguments {
  std::string program, stopAfter, kind, cpu = "host", bundle, dumpFolder, memory;
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
  compiler::PipelineResult lowered;

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
    context.loadDialect<rxd::RxDialect, rxt::RxtDialect, rxk::RxkDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect>();
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

  /// Lowers to a bundle, or to the phase asked for. Null options.bundle: a folder of the cache named by content.
  bool lower(compiler::PipelineOptions options) {
    auto result = compiler::runPipeline(*module, options);
    if (mlir::failed(result))
      return false;
    lowered = *result;
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

/// The cache folder of a program's bundle: equal programs compiled by this binary for this target share it.
fs::path bundleFolder(mlir::ModuleOp module, const compiler::PipelineOptions &options, const std::string &program) {
  std::string text = options.target->name.str();
  llvm::raw_string_ostream stream(text);
  module.print(stream, mlir::OpPrintingFlags().enableDebugInfo());
  std::error_code ignored;
  fs::path self = fs::read_symlink("/proc/self/exe", ignored);
  text += std::to_string(fs::file_size(self, ignored)) + std::to_string(fs::last_write_time(self, ignored).time_since_epoch().count());
  char digits[17];
  snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(runtime::hash64(text, 0)));
  return options.cache / "bundles" / (fs::path(program).stem().string() + "-" + digits);
}

int runExperiment(Compilation &compilation, compiler::PipelineOptions options, const Arguments &arguments, unsigned threads, bool profile) {
  options.bundle = bundleFolder(*compilation.module, options, arguments.program);
  if (!fs::exists(options.bundle / "manifest.json") || !options.dumpFolder.empty())
    if (!compilation.lower(options))
      return 1;
  auto bundle = runtime::Bundle::open(options.bundle.string());
  if (!bundle) {
    std::cerr << "rxc: error: " << bundle.message() << "\n";
    return 1;
  }
  runtime::Cpu device(threads);
  fs::path folder = fs::path(arguments.program).parent_path();
  runtime::ExperimentOptions how;
  how.programFolder = folder.empty() ? fs::path(".") : folder;
  how.cache = options.cache;
  how.profile = profile;
  if (!arguments.memory.empty()) {
    auto bytes = runtime::parseBytes(arguments.memory);
    if (!bytes) {
      std::cerr << "cli: error: --memory: " << bytes.message() << "\n";
      return 1;
    }
    how.memory = *bytes;
  }
  runtime::Experiment experiment(*bundle, device, how);
  if (auto done = experiment.run(); !done) {
    std::cerr << "rxc: error: " << done.message() << "\n";
    return 1;
  }
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app{"rxc: a declarative language for machine-learning experiments\n"
               "  rxc run PROGRAM.rx                         compile and run an experiment\n"
               "  rxc check FILE                             find every error before anything runs"};
  app.require_subcommand(1);
  Arguments arguments;
  auto *check = app.add_subcommand("check", "parse and check every shape; nothing runs");
  addProgram(check, arguments);
  auto *compile = app.add_subcommand("compile", "lower a program and print or keep what becomes of it");
  addProgram(compile, arguments);
  std::string phaseHelp = "print the program after a phase:";
  for (auto &[name, help] : compiler::phases())
    phaseHelp += "\n  " + name + ": " + help;
  compile->add_option("--stop-after", arguments.stopAfter, phaseHelp);
  compile->add_option("--dump-dir", arguments.dumpFolder, "keep the program after every phase as NN-name.mlir");
  compile->add_option("-o", arguments.bundle, "the bundle to write, a folder for rx-run");
  compile->add_option("--cpu", arguments.cpu, "avx2, avx512 or host");
  auto *run = app.add_subcommand("run", "compile an experiment and run its reports");
  addProgram(run, arguments);
  unsigned threads = 0;
  run->add_option("--cpu", arguments.cpu, "avx2, avx512 or host");
  run->add_option("--threads", threads, "threads; 0 means every core that is free");
  run->add_option("--memory", arguments.memory, "memory that may be used, 8GB; default: what is available");
  run->add_option("--dump-dir", arguments.dumpFolder, "keep the program after every phase as NN-name.mlir");
  auto *profile = app.add_subcommand("profile", "run, then show time and bytes per kernel and place in the program");
  addProgram(profile, arguments);
  profile->add_option("--cpu", arguments.cpu, "avx2, avx512 or host");
  profile->add_option("--threads", threads, "threads; 0 means every core that is free");
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
  if (*check)
    return 0;
  compiler::PipelineOptions options;
  auto target = compiler::findCpuTarget(arguments.cpu);
  if (!target) {
    std::cerr << "cli: error: " << llvm::toString(target.takeError()) << "\n";
    return 1;
  }
  options.target = *target;
  options.cache = runtime::cacheRoot();
  options.dumpFolder = arguments.dumpFolder;
  if (*run || *profile)
    return runExperiment(compilation, options, arguments, threads, bool(*profile));
  options.bundle = arguments.bundle.empty() ? fs::path(arguments.program).stem().string() + ".bundle" : arguments.bundle;
  if (!arguments.stopAfter.empty()) {
    auto phase = compiler::phaseNamed(arguments.stopAfter);
    if (!phase) {
      std::cerr << "cli: error: there is no phase `" << arguments.stopAfter << "`; see rxc compile --help\n";
      return 1;
    }
    options.stopAfter = *phase;
  }
  if (!compilation.lower(options))
    return 1;
  if (options.stopAfter != compiler::Phase::bundle)
    compilation.module->print(llvm::outs());
  else
    std::cerr << options.bundle.string() << ": " << compilation.lowered.kernels << " kernels, " << compilation.lowered.compiled << " compiled\n";
  return 0;
}
