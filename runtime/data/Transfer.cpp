#include "runtime/data/Transfer.h"

#include "runtime/data/Cache.h"

#include <fmt/format.h>

#include <algorithm>

#include <unistd.h>

namespace rx::runtime {

namespace {

constexpr size_t barWidth = 24;

/// Unlike fmt::print, never throws: a closed pipe must not end a download.
void show(std::FILE *out, const std::string &text) {
  std::fputs(text.c_str(), out);
  std::fflush(out);
}

std::string bar(double fraction) {
  size_t full = static_cast<size_t>(fraction * barWidth);
  return std::string(full, '#') + std::string(barWidth - full, '.');
}

} // namespace

Transfer::Transfer(std::string label, uint64_t totalBytes, std::FILE *out)
    : label(std::move(label)), total(std::max<uint64_t>(totalBytes, 1)), out(out),
      terminal(out && ::isatty(::fileno(out))) {
  if (out && !terminal)
    show(out, fmt::format("{}: {}\n", this->label, humanBytes(total)));
}

Transfer::~Transfer() {
  if (lineOpen)
    show(out, "\n"); // an error message follows: give it a line of its own
}

double Transfer::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string Transfer::line() const {
  double rate = static_cast<double>(done) / std::max(seconds(), 1e-3);
  double fraction = static_cast<double>(done) / static_cast<double>(total);
  std::string eta =
      done == 0 ? "--" : fmt::format("{:.0f} s", static_cast<double>(total - done) / rate);
  return fmt::format("{:3.0f}%  {} of {}  {}/s  ETA {}", 100 * fraction, humanBytes(done),
                     humanBytes(total), humanBytes(static_cast<uint64_t>(rate)), eta);
}

void Transfer::update(uint64_t bytes) {
  done = std::clamp(bytes, done, total);
  if (!out)
    return;
  if (terminal) {
    double fraction = static_cast<double>(done) / static_cast<double>(total);
    show(out, fmt::format("\r{} [{}] {}\033[K", label, bar(fraction), line()));
    lineOpen = true;
  } else if (uint64_t passed = done * 4 / total; passed > quarters && passed < 4) {
    quarters = passed;
    show(out, fmt::format("{}: {}\n", label, line()));
  }
}

void Transfer::finish() {
  if (!out)
    return;
  double mean = static_cast<double>(total) / std::max(seconds(), 1e-3);
  show(out,
       fmt::format("{}{}: {} in {:.1f} s, {}/s{}\n", terminal ? "\r" : "", label, humanBytes(total),
                   seconds(), humanBytes(static_cast<uint64_t>(mean)), terminal ? "\033[K" : ""));
  lineOpen = false;
}

} // namespace rx::runtime
