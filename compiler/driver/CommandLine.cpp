#include "compiler/driver/CommandLine.h"

#include "compiler/diag/Diagnostic.h"
#include "runtime/report/Circumstances.h"

#include <algorithm>
#include <iostream>

namespace rx::driver {

CommandLine::CommandLine()
    : app("rxc: a declarative language for experiments with neural networks", "rxc") {
  app.require_subcommand(1);
  app.set_version_flag("--version", "rxc " + runtime::rxcVersion());
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

/// True after a message if the first argument names no command. CLI11 would report what follows
/// it, or that a command is missing.
bool CommandLine::isUnknownCommand(const std::string &name) const {
  if (name.empty() || name[0] == '-')
    return false;
  std::vector<std::string> names;
  for (auto &[command, action] : commands)
    names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), name) != names.end())
    return false;
  std::string nearest = diag::nearestName(name, names);
  fail("there is no command `" + name + "`; " +
       (nearest.empty() ? "`rxc --help` lists them" : "the nearest is `" + nearest + "`"));
  return true;
}

int CommandLine::run(int argc, char **argv) {
  if (argc > 1 && isUnknownCommand(argv[1]))
    return WrongUsage;
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
  std::cerr << "rxc: error: " << message << "\n";
  return code;
}

} // namespace rx::driver
