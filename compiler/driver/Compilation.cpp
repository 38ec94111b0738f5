#include "compiler/driver/Compilation.h"

#include "compiler/driver/BundleIndex.h"
#include "compiler/driver/CommandLine.h"
#include "compiler/lower/RxToRxt.h"
#include "compiler/parse/Parse.h"
#include "dialects/rx/Rx.h"
#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/Rxt.h"
#include "runtime/core/Hash.h"
#include "runtime/data/Cache.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <iostream>
#include <limits>
#include <unistd.h>

namespace fs = std::filesystem;

namespace rx::driver {

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

void ProgramArguments::addTo(CLI::App *command) {
  command->add_option("program", program, "the .rx file, or its text after a phase (.mlir)")
      ->required();
  command->add_option("--set", settings,
                      "change a setting: NAME=VALUE or NAME.ARGUMENT=VALUE (may be repeated)");
  command->add_option("--preset", preset, "apply a preset of the experiment");
}

fs::path ProgramArguments::folder() const {
  fs::path folder = fs::path(program).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

std::optional<elaborate::Options> ProgramArguments::elaboration() const {
  elaborate::Options options;
  options.preset = preset;
  options.generator = generator;
  for (const std::string &setting : settings) {
    size_t at = setting.find('=');
    if (at == std::string::npos || at == 0) {
      fail("--set takes NAME=VALUE, not `" + setting + "` [unknown-setting]");
      return std::nullopt;
    }
    options.settings.push_back({setting.substr(0, at), setting.substr(at + 1)});
  }
  return options;
}

void TargetArguments::addTo(CLI::App *command) {
  command
      ->add_option("--cpu", cpu, compiler::cpuTargetNames() + ", or host: the best that runs here")
      ->capture_default_str();
  command
      ->add_option("--precision", precision,
                   "f32, or bf16: where the CPU gains from it, operands of matrix products are "
                   "rounded to bf16; sums stay f32")
      ->capture_default_str()
      ->check(CLI::IsMember({"f32", "bf16"}));
  command->add_option("--dump-dir", dumpFolder,
                      "keep the program after every phase, as NN-name.mlir");
}

std::optional<compiler::PipelineOptions> TargetArguments::pipeline() const {
  auto target = compiler::findCpuTarget(cpu);
  if (!target) {
    fail(llvm::toString(target.takeError()));
    return std::nullopt;
  }
  compiler::PipelineOptions options;
  options.target = *target;
  options.precision = precision == "bf16" ? compiler::Precision::BF16 : compiler::Precision::F32;
  if (options.precision == compiler::Precision::BF16 && !options.target->gainsFromBf16()) {
    std::cerr << "rxc: note: products stay f32: " << options.target->name.str()
              << " gains nothing from --precision bf16\n";
    options.precision = compiler::Precision::F32;
  }
  options.cache = runtime::cacheRoot();
  options.dumpFolder = dumpFolder;
  return options;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

bool Compilation::report() {
  bool colour = isatty(STDERR_FILENO) && !std::getenv("NO_COLOR");
  std::cerr << diagnostics.render(colour);
  return !diagnostics.hasErrors();
}

bool Compilation::read(const std::string &path) {
  auto text = runtime::readWhole(path, std::numeric_limits<uint32_t>::max());
  if (!text) {
    fail(std::string(text.message()) + " [file]");
    return false;
  }
  programName = fs::path(path).stem().string();
  source = std::make_unique<diag::Source>(path, std::move(*text));
  return true;
}

bool Compilation::parse(const std::string &path) {
  if (!source && !read(path))
    return false;
  file = parse::parseFile(*source, diagnostics);
  return report();
}

void Compilation::loadDialects() {
  context.loadDialect<rxd::RxDialect, rxt::RxtDialect, rxk::RxkDialect, mlir::func::FuncDialect,
                      mlir::arith::ArithDialect, mlir::math::MathDialect>();
}

bool Compilation::elaborate(const ProgramArguments &arguments) {
  auto options = arguments.elaboration();
  if (!options)
    return false;
  loadDialects();
  if (fs::path(arguments.program).extension() == ".mlir")
    return resume(arguments.program);
  if (!parse(arguments.program))
    return false;
  resolver = std::make_unique<FileResolver>(fs::path(arguments.program).parent_path());
  elaborator = std::make_unique<elaborate::Elaborator>(context, *resolver, diagnostics, *options);
  module = elaborator->run(*file);
  if (!report())
    return false;
  resolver->noteStoredForms(*module);
  return true;
}

/// A bug of rxc that this finds is found before anything is made of the program. A bundle in the
/// cache was made of this very text, so its program needs no second look.
bool Compilation::verify() {
  if (mlir::succeeded(mlir::verify(*module)))
    return true;
  std::cerr << "rxc: internal error: the elaborated program is not valid IR; this is a bug of "
               "rxc\n";
  return false;
}

bool Compilation::resume(const std::string &path) {
  programName = fs::path(path).stem().string();
  module = mlir::parseSourceFile<mlir::ModuleOp>(path, &context);
  return static_cast<bool>(module);
}

bool Compilation::checkDefinitions(const ProgramArguments &arguments,
                                   elaborate::CheckSummary &summary) {
  auto options = arguments.elaboration();
  if (!options)
    return false;
  if (!verify())
    return false;
  if (!file) // resumed from a later phase
    return true;
  // An elaborator of its own: the module and the caches of the first belong to the experiment.
  definitions = std::make_unique<elaborate::Elaborator>(context, *resolver, diagnostics, *options);
  summary = definitions->check(*file);
  return report();
}

bool Compilation::elaborateTests(const std::string &path,
                                 std::vector<elaborate::TestProgram> &tests) {
  if (!parse(path))
    return false;
  loadDialects();
  resolver = std::make_unique<FileResolver>(fs::path(path).parent_path());
  definitions = std::make_unique<elaborate::Elaborator>(context, *resolver, diagnostics,
                                                        elaborate::Options());
  tests = definitions->tests(*file);
  if (!report())
    return false;
  if (mlir::succeeded(mlir::verify(definitions->testModule())) &&
      mlir::succeeded(compiler::rxToRxt(definitions->testModule())))
    return true;
  std::cerr << "rxc: internal error: the elaborated tests are not valid IR; this is a bug of rxc\n";
  return false;
}

bool Compilation::lower(const compiler::PipelineOptions &options) {
  if (!verify())
    return false;
  context.printOpOnDiagnostic(false); // no author reads IR
  llvm::SourceMgr files;              // messages of passes show the author's line
  mlir::SourceMgrDiagnosticHandler handler(files, &context);
  auto result = compiler::runPipeline(*module, options);
  if (mlir::failed(result))
    return false;
  lowered = *result;
  return true;
}

/// Everything that decides about a bundle beside the files that elaboration reads.
runtime::Hash128 Compilation::request(const ProgramArguments &arguments,
                                      const compiler::PipelineOptions &options) const {
  runtime::CacheHash hash;
  hash.add(compilerIdentity()).add(options.target->name.str());
  hash.add(std::string(compiler::nameOf(options.precision)));
  hash.add(static_cast<uint64_t>(options.weights));
  hash.add(arguments.program).add(source->text()); // the path stands in the program's locations
  hash.add(arguments.preset).add(arguments.settings.size());
  for (const std::string &setting : arguments.settings)
    hash.add(setting);
  hash.add(uint64_t{arguments.generator.has_value()});
  if (arguments.generator)
    hash.add(arguments.generator->model).add(uint64_t{arguments.generator->keepsWhole});
  return hash.key();
}

bool Compilation::compileIntoCache(const ProgramArguments &arguments,
                                   compiler::PipelineOptions &options) {
  if (!read(arguments.program))
    return false;
  BundleIndex index(options.cache, programName, request(arguments, options));
  FileResolver files(fs::path(arguments.program).parent_path()); // as elaborate() asks
  auto isCurrent = [&](const ElaborationInput &input) { return files.isCurrent(input); };
  if (options.dumpFolder.empty())
    if (auto known = index.find(isCurrent)) {
      options.bundle = *known;
      return true;
    }
  if (!elaborate(arguments) || !hasExperiment(arguments.program) || !lowerIntoCache(options))
    return false;
  // A cache that cannot be written is slower next time, no worse.
  (void)index.keep(options.bundle, resolver ? resolver->inputs() : std::vector<ElaborationInput>());
  return true;
}

bool Compilation::hasExperiment(const std::string &path) {
  if ((*module)->hasAttr("rx.manifest"))
    return true;
  fail(path + " has no `experiment`; `rxc check " + path + "` checks what it defines, `rxc test " +
       path + "` runs its tests");
  return false;
}

bool Compilation::lowerIntoCache(compiler::PipelineOptions &options) {
  std::string text = options.target->name.str() + compiler::nameOf(options.precision);
  llvm::raw_string_ostream stream(text);
  // Printing would verify the program first.
  module->print(stream, mlir::OpPrintingFlags().enableDebugInfo().assumeVerified());
  uint64_t key = runtime::hash64(text + compilerIdentity(), 0);
  options.bundle = options.cache / "bundles" / fmt::format("{}-{:016x}", programName, key);
  if (fs::exists(options.bundle / "manifest.json") && options.dumpFolder.empty())
    return true;
  return lower(options);
}

} // namespace rx::driver
