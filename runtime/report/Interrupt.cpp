#include "runtime/report/Interrupt.h"

#include <csignal>
#include <string_view>

#include <unistd.h>

namespace rx::runtime {

static volatile std::sig_atomic_t isNoted = 0;

static void note(int) {
  isNoted = 1;
  constexpr std::string_view message =
      "\nstopping after the running batch; interrupt again to stop at once\n";
  // Nothing can be done here about a standard error that takes nothing.
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, message.data(), message.size());
}

void noteInterrupts() {
  struct sigaction action = {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool wasInterrupted() { return isNoted != 0; }

} // namespace rx::runtime
