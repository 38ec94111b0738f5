//===- Fmt.cpp - rxc fmt -----------------------------------------*- C++ -*-===//
#include "compiler/ast/Ast.h"
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/ProgramFiles.h"
#include "compiler/driver/commands/Commands.h"
#include "compiler/parse/Parse.h"
#include "runtime/data/Cache.h"

#include <filesystem>
#include <iostream>
#include <iterator>
#include <limits>
#include <optional>

namespace fs = std::filesystem;

namespace rx::driver {

namespace {

constexpr const char *details =
    R"(Rewrites the files that are not in canonical form; the others are not touched. A folder stands
for all .rx files below it, `-` for standard input to standard output. There is nothing to configure.

Examples:
  rxc fmt my.rx
  rxc fmt --check stdlib examples     exit code 1, and the names, if a file would change)";

struct Arguments {
  std::vector<std::string> paths;
  bool check = false;
};

/// The canonical form of a text; nothing, after a message, if it has errors.
std::optional<std::string> formatted(const std::string &name, const std::string &text) {
  diag::Source source(name, text);
  diag::DiagnosticEngine diagnostics;
  auto file = parse::parseFile(source, diagnostics);
  std::cerr << diagnostics.render();
  if (!file)
    return std::nullopt;
  return ast::format(*file);
}

/// Replaces a file in one step. Links are followed and the permissions kept.
runtime::Status replace(const fs::path &file, const std::string &text) {
  std::error_code code;
  fs::path real = fs::canonical(file, code);
  fs::perms permissions = fs::status(real, code).permissions();
  if (runtime::Status written = runtime::writeWhole(real, text); !written)
    return written;
  fs::permissions(real, permissions, code);
  return runtime::Status::ok();
}

int formatFile(const fs::path &file, bool check) {
  auto text = runtime::readWhole(file, std::numeric_limits<uint32_t>::max());
  if (!text)
    return fail(std::string(text.message()) + " [file]");
  auto canonical = formatted(file.string(), *text);
  if (!canonical)
    return Failure;
  if (*canonical == *text)
    return Success;
  if (check) {
    std::cout << file.string() << "\n";
    return Failure;
  }
  if (auto written = replace(file, *canonical); !written)
    return fail(written.message() + " [file]");
  return Success;
}

int formatStandardInput(bool check) {
  std::string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
  auto canonical = formatted("<stdin>", text);
  if (!canonical)
    return Failure;
  if (!check)
    std::cout << *canonical;
  return check && *canonical != text ? Failure : Success;
}

int formatAll(const Arguments &arguments) {
  if (arguments.paths == std::vector<std::string>{"-"})
    return formatStandardInput(arguments.check);
  int worst = Success;
  for (const fs::path &file : programFiles(arguments.paths))
    worst = std::max(worst, formatFile(file, arguments.check));
  return worst;
}

} // namespace

void addFmt(CommandLine &line) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = line.add("fmt", "bring programs into canonical form", details,
                               [arguments] { return formatAll(*arguments); });
  command->add_option("paths", arguments->paths, "files, folders, or -")->required();
  command->add_flag("--check", arguments->check, "change nothing; name what would change");
}

} // namespace rx::driver
