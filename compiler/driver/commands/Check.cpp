//===- Check.cpp - rxc check -------------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/Compilation.h"
#include "compiler/driver/commands/Commands.h"

#include <fmt/format.h>

#include <iostream>

namespace rx::driver {

namespace {

constexpr const char *details =
    R"(Reads the program and every module and weight header it names, and checks all shapes: those of the
experiment, and those of every model and function of the file for any sizes. Says what it has checked;
a note names what has to wait for its use.

Example:
  rxc check study.rx --set tied.B=3)";

std::string counted(int count, const std::string &what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// "checked 2 models and 3 functions; 1 test, which `rxc test` runs"
std::string summaryOf(const elaborate::CheckSummary &summary) {
  std::string text;
  for (auto &[count, what] : {std::pair(summary.models, "model"),
                              {summary.functions, "function"},
                              {summary.metrics, "metric"},
                              {summary.conversions, "conversion"}})
    if (count)
      text += (text.empty() ? "" : ", ") + counted(count, what);
  if (summary.tests)
    text += (text.empty() ? "" : "; ") + counted(summary.tests, "test") + ", which `rxc test` runs";
  return text;
}

int check(const ProgramArguments &arguments) {
  Compilation compilation;
  if (!compilation.elaborate(arguments))
    return Failure;
  elaborate::CheckSummary summary;
  if (!compilation.checkDefinitions(arguments, summary))
    return Failure;
  for (auto &open : summary.open)
    std::cerr << open.at.fileLine() << ": note: " << open.text << "\n";
  if (std::string text = summaryOf(summary); !text.empty())
    std::cout << arguments.program << ": " << text << "\n";
  return Success;
}

} // namespace

void addCheck(CommandLine &line) {
  auto arguments = std::make_shared<ProgramArguments>();
  CLI::App *command = line.add("check", "find every error of a program; nothing runs", details,
                               [arguments] { return check(*arguments); });
  arguments->addTo(command);
}

} // namespace rx::driver
