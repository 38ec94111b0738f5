// Ctrl-C as a wish to stop: the running batch ends, and what is known is kept.
#pragma once

namespace rx::runtime {

/// From now on the first SIGINT or SIGTERM is only noted, and a line on standard error says so; the
/// second one ends the process as usual. Files that grow beyond a limit (RLIMIT_FSIZE) become write
/// errors instead of a signal.
void noteInterrupts();
bool wasInterrupted();

} // namespace rx::runtime
