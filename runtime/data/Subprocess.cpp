#include "runtime/data/Subprocess.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace rx::runtime {

namespace {

constexpr size_t keptOutput = 64 * 1024;
constexpr int tickMilliseconds = 200;

/// NAME=VALUE entries of this process, with `changes` in place of the entries of the same name.
std::vector<std::string>
mergedEnvironment(const std::vector<std::pair<std::string, std::string>> &changes) {
  std::vector<std::string> merged;
  for (char **entry = environ; *entry; ++entry) {
    std::string_view text = *entry;
    std::string_view name = text.substr(0, text.find('='));
    bool replaced = false;
    for (const auto &change : changes)
      replaced |= change.first == name;
    if (!replaced)
      merged.emplace_back(text);
  }
  for (const auto &[name, value] : changes)
    merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char *> pointersTo(const std::vector<std::string> &texts) {
  std::vector<char *> pointers;
  for (const std::string &text : texts)
    pointers.push_back(const_cast<char *>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// Starts the program with both outputs in `pipeEnd`; returns 0 or an errno value.
int spawn(const std::vector<std::string> &command, const std::vector<std::string> &environment,
          int pipeEnd, pid_t &child) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipeEnd, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipeEnd, STDERR_FILENO);
  int code = posix_spawnp(&child, command[0].c_str(), &actions, nullptr, pointersTo(command).data(),
                          pointersTo(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  return code;
}

/// Reads until every writer has closed the pipe, keeping only the end.
std::string drain(int descriptor, const std::function<void()> &onTick) {
  std::string output;
  char block[4096];
  for (;;) {
    pollfd waiting{descriptor, POLLIN, 0};
    int ready = ::poll(&waiting, 1, tickMilliseconds);
    if (onTick)
      onTick();
    if (ready == 0 || (ready < 0 && errno == EINTR))
      continue;
    ssize_t bytes = ::read(descriptor, block, sizeof block);
    if (bytes < 0 && errno == EINTR)
      continue;
    if (bytes <= 0)
      return output;
    output.append(block, static_cast<size_t>(bytes));
    if (output.size() > 2 * keptOutput)
      output.erase(0, output.size() - keptOutput);
  }
}

int waitFor(pid_t child) {
  int state = 0;
  while (::waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

} // namespace

Expected<ProgramRun> runProgram(const std::vector<std::string> &command,
                                const ProgramOptions &options) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return makeError("cannot create a pipe: {}", std::strerror(errno));
  pid_t child = 0;
  int code = spawn(command, mergedEnvironment(options.environment), ends[1], child);
  ::close(ends[1]);
  if (code != 0) {
    ::close(ends[0]);
    return makeError("cannot run `{}`: {}", command[0], std::strerror(code));
  }
  ProgramRun run;
  run.output = drain(ends[0], options.onTick);
  ::close(ends[0]);
  run.exitCode = waitFor(child);
  return run;
}

std::string lastLines(const std::string &output, size_t count) {
  std::vector<std::string_view> lines;
  for (size_t start = 0; start < output.size();) {
    size_t end = std::min(output.find('\n', start), output.size());
    if (end > start)
      lines.push_back(std::string_view(output).substr(start, end - start));
    start = end + 1;
  }
  std::string text;
  for (size_t i = lines.size() > count ? lines.size() - count : 0; i < lines.size(); ++i)
    text += fmt::format("\n    {}", lines[i]);
  return text;
}

} // namespace rx::runtime
