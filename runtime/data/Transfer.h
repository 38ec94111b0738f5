// Shows how a download proceeds: one line that is rewritten on a terminal, a few plain lines when
// the output is piped.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace rx::runtime {

class Transfer {
public:
  /// `out` may be null: then nothing is shown.
  Transfer(std::string label, uint64_t totalBytes, std::FILE *out);
  ~Transfer();
  Transfer(const Transfer &) = delete;
  Transfer &operator=(const Transfer &) = delete;

  /// `bytes` so far; never decreases what is shown.
  void update(uint64_t bytes);
  /// The last line: total, seconds, mean rate.
  void finish();

private:
  using Clock = std::chrono::steady_clock;
  double seconds() const;
  std::string line() const;

  std::string label;
  uint64_t total, done = 0;
  std::FILE *out;
  bool terminal;
  Clock::time_point start = Clock::now();
  /// Piped output gets a line whenever this many quarters of the total are passed.
  uint64_t quarters = 0;
  bool lineOpen = false;
};

} // namespace rx::runtime
