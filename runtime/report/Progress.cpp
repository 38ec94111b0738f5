#include "runtime/report/Progress.h"

#include <fmt/format.h>

#include <algorithm>

#include <sys/ioctl.h>
#include <unistd.h>

namespace rx::runtime {

namespace {

constexpr int barCells = 20;
constexpr std::chrono::milliseconds refresh(100);

size_t columnsOf(std::FILE *out) {
  winsize size = {};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

std::string bar(int64_t done, int64_t total) {
  auto full = static_cast<int>(total > 0 ? barCells * done / total : 0);
  std::string text;
  for (int i = 0; i < barCells; ++i)
    text += i < full ? "█" : "░";
  return text;
}

std::string timeText(double seconds) {
  if (seconds < 90)
    return fmt::format("{:.0f} s", seconds);
  if (seconds < 90 * 60)
    return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

} // namespace

Progress::Progress(std::string what, std::FILE *out, std::string unit)
    : what(std::move(what)), unit(std::move(unit)), out(out), terminal(out && isatty(fileno(out))) {
}

Progress::~Progress() { clear(); }

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void Progress::clear() {
  if (!lineOpen)
    return;
  fmt::print(out, "\r\033[K");
  std::fflush(out);
  lineOpen = false;
}

std::string Progress::line(double seconds, size_t columns) const {
  std::string numbers = fmt::format("{}/{} {}", done, total, unit);
  if (tokens > 0 && seconds > 0)
    numbers += fmt::format("  {:.0f} tokens/s", static_cast<double>(tokens) / seconds);
  if (done > 0)
    numbers += fmt::format("  {} left", timeText(seconds / static_cast<double>(done) *
                                                 static_cast<double>(total - done)));
  size_t taken = numbers.size() + 2 + barCells + 2;
  size_t room = columns > taken ? columns - taken : 0;
  if (room < 8) // the name is cut before the numbers are
    return numbers.substr(0, columns);
  return fmt::format("{}  {}  {}", what.size() <= room ? what : what.substr(0, room - 1) + "…",
                     bar(done, total), numbers);
}

void Progress::update(int64_t doneNow, int64_t totalNow, int64_t tokensNow) {
  done = doneNow;
  total = totalNow;
  tokens = tokensNow;
  Clock::time_point now = Clock::now();
  if (!terminal || now - shown < refresh)
    return;
  shown = now;
  fmt::print(out, "\r\033[K{}", line(seconds(), columnsOf(out) - 1));
  std::fflush(out);
  lineOpen = true;
}

void Progress::finish(const std::string &value) {
  clear();
  if (!out || terminal)
    return;
  fmt::print(out, "{}: {} ({} {}, ", what, value, done, unit);
  if (tokens > 0)
    fmt::print(out, "{} tokens, {:.0f} tokens/s, ", tokens,
               static_cast<double>(tokens) / seconds());
  fmt::print(out, "{:.1f} s)\n", seconds());
  std::fflush(out);
}

} // namespace rx::runtime
