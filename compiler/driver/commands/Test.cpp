//===- Test.cpp - rxc test ---------------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/ProgramFiles.h"
#include "compiler/driver/RunTests.h"
#include "compiler/driver/commands/Commands.h"

#include <fmt/format.h>

#include <iostream>

namespace rx::driver {

namespace {

constexpr const char *details =
    R"(Runs the `test` blocks of files, or of all .rx files below a folder, on the reference interpreter: slow,
in f32, op by op as the program says. An expectation that does not hold is printed with both values.

Examples:
  rxc test my.rx
  rxc test my_library/)";

int testAll(const std::vector<std::string> &paths) {
  TestCounts counts;
  bool isWell = true;
  for (auto &file : programFiles(paths))
    isWell = runTests(file.string(), counts) && isWell;
  std::cout << fmt::format("{} test{}, {} failed\n", counts.run, counts.run == 1 ? "" : "s",
                           counts.failed);
  return isWell ? Success : Failure;
}

} // namespace

void addTest(CommandLine &line) {
  auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App *command = line.add("test", "run the tests that programs hold", details,
                               [paths] { return testAll(*paths); });
  command->add_option("paths", *paths, "files or folders")->required();
}

} // namespace rx::driver
