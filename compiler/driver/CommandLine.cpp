#include "compiler/driver/CommandLine.h"

#include <fmt/format.h>

#include <iostream>

namespace rx::driver {

CommandLine::CommandLine()
    : app("rxc: a declarative language for experiments with neural networks", "rxc") {
  app.require_subcommand(1);
  app.footer("Examples:\n"
             "  rxc run study.rx       compile and run an experiment\n"
             "  rxc check study.rx     find every error before anything runs\n"
             "  rxc run --help         a command's options, with an example\n"
             "\n"
             "Exit codes: 0 done; 1 the program is wrong or the run failed; 2 the command line is\n"
             "wrong; 130 interrupted.");
}

CLI::App *CommandLine::add(const std::string &name, const std::string &summary,
                           const std::string &details, std::function<int()> action) {
  CLI::App *command = app.add_subcommand(name, summary);
  command->footer(details);
  commands.emplace_back(command, std::move(action));
  return command;
}

int CommandLine::run(int argc, char **argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? Success : WrongUsage;
  }
  for (auto &[command, action] : commands)
    if (command->parsed())
      return action();
  return WrongUsage;
}

int fail(const std::string &message, ExitCode code) {
  std::cerr << "cli: error: " << message << "\n";
  return code;
}

} // namespace rx::driver
