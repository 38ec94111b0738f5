// How the computation of one value proceeds: a line that is rewritten on a terminal, one line when
// it is finished where the output is piped.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace rx::runtime {

class Progress {
public:
  /// `out` may be null: then nothing is shown. `unit` is what is counted.
  Progress(std::string what, std::FILE *out, std::string unit = "batches");
  /// Leaves no unfinished line behind.
  ~Progress();
  Progress(const Progress &) = delete;

  /// `tokens` may be 0: then no rate is shown.
  void update(int64_t done, int64_t total, int64_t tokens);
  /// The value as text; the numbers of the last update stand beside it.
  void finish(const std::string &value);
  double seconds() const;

  /// "what  ████░░░░  3/16 batches  420 tokens/s  12 s left", cut to `columns`.
  std::string line(double seconds, size_t columns) const;

private:
  using Clock = std::chrono::steady_clock;
  void clear();

  std::string what, unit;
  std::FILE *out;
  bool terminal, lineOpen = false;
  int64_t done = 0, total = 0, tokens = 0;
  Clock::time_point start = Clock::now(), shown;
};

} // namespace rx::runtime
