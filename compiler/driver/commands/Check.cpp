//===- Check.cpp - rxc check -------------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/Compilation.h"
#include "compiler/driver/commands/Commands.h"

namespace rx::driver {

static constexpr const char *details =
    R"(Reads the program and every module and weight header it names, and checks all shapes.
Prints nothing when all is well.

Example:
  rxc check study.rx --set tied.B=3)";

void addCheck(CommandLine &line) {
  auto arguments = std::make_shared<ProgramArguments>();
  CLI::App *command =
      line.add("check", "find every error of a program; nothing runs", details, [arguments] {
        Compilation compilation;
        return compilation.elaborate(*arguments) ? Success : Failure;
      });
  arguments->addTo(command);
}

} // namespace rx::driver
