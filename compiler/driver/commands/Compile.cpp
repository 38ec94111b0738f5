//===- Compile.cpp - rxc compile ---------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/Compilation.h"
#include "compiler/driver/commands/Commands.h"

#include "llvm/Support/raw_ostream.h"

#include <iostream>

namespace fs = std::filesystem;

namespace rx::driver {

namespace {

constexpr const char *details =
    R"(Without --stop-after it writes a bundle, which rx-run runs where no compiler is.

Examples:
  rxc compile study.rx -o study.bundle && rx-run study.bundle
  rxc compile study.rx --stop-after=rxt)";

struct Arguments {
  ProgramArguments program;
  TargetArguments target;
  std::string stopAfter, bundle, weights = "stored";
  bool depths = false;
};

int compileProgram(const Arguments &arguments) {
  Compilation compilation;
  if (arguments.stopAfter == "parse") {
    if (!compilation.parse(arguments.program.program))
      return Failure;
    std::cout << ast::dump(compilation.syntax());
    return Success;
  }
  auto options = arguments.target.pipeline();
  if (!options)
    return Failure;
  options->weights = arguments.weights == "f32" ? compiler::WeightForms::F32
                                                : compiler::WeightForms::Stored;
  options->depths = arguments.depths;
  options->bundle = arguments.bundle;
  if (options->bundle.empty())
    options->bundle = fs::path(arguments.program.program).stem().string() + ".bundle";
  if (!arguments.stopAfter.empty()) {
    auto phase = compiler::phaseNamed(arguments.stopAfter);
    if (!phase)
      return fail("there is no phase `" + arguments.stopAfter + "`; see rxc compile --help",
                  WrongUsage);
    options->stopAfter = *phase;
  }
  if (!compilation.elaborate(arguments.program) || !compilation.lower(*options))
    return Failure;
  if (options->stopAfter != compiler::Phase::bundle)
    compilation.program().print(llvm::outs());
  else
    std::cerr << options->bundle.string() << ": " << compilation.result().kernels << " kernels, "
              << compilation.result().compiled << " compiled\n";
  return Success;
}

} // namespace

void addCompile(CommandLine &line) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = line.add("compile", "lower a program, and print or keep what becomes of it",
                               details, [arguments] { return compileProgram(*arguments); });
  arguments->program.addTo(command);
  std::string phases = "print the program after a phase: parse";
  for (auto &[name, help] : compiler::phases())
    phases += "\n  " + name + ": " + help;
  command->add_option("--stop-after", arguments->stopAfter, phases);
  command->add_option("-o", arguments->bundle,
                      "the folder to write (default: NAME.bundle, beside the caller)");
  command
      ->add_option("--weights", arguments->weights,
                   "stored: weights lie in memory as their file has them; f32: expanded at load")
      ->check(CLI::IsMember({"stored", "f32"}));
  command->add_flag("--depths", arguments->depths,
                    "also programs in which texts of a batch are in different trips of their loop");
  arguments->target.addTo(command);
}

} // namespace rx::driver
