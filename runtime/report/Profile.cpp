#include "runtime/report/Profile.h"

#include "runtime/report/Table.h"

#include <algorithm>
#include <vector>

namespace rx::runtime {

void Profile::attach(Executor &executor, const Plan &plan) {
  executor.setObserver(
      [this, &plan](const Instruction &instruction, double seconds, int64_t bytes) {
        std::string what(opName(instruction));
        if (auto *launch = std::get_if<Launch>(&instruction.op))
          what = plan.kernels[launch->kernels.front()].name;
        Spent &s = spent[what + " " + instruction.location];
        s.seconds += seconds;
        s.bytes += bytes;
        ++s.runs;
      });
}

std::string Profile::text() const {
  double total = 0;
  std::vector<std::pair<std::string, Spent>> order(spent.begin(), spent.end());
  for (auto &[place, s] : order)
    total += s.seconds;
  std::sort(order.begin(), order.end(),
            [](auto &a, auto &b) { return a.second.seconds > b.second.seconds; });
  Table table;
  table.header = {"where", "runs", "ms", "share", "GB/s"};
  for (auto &[place, s] : order)
    if (s.seconds > total / 1000)
      table.rows.push_back({place, std::to_string(s.runs), fmt::format("{:.1f}", s.seconds * 1e3),
                            fmt::format("{:.1f} %", 100 * s.seconds / total),
                            fmt::format("{:.2f}", static_cast<double>(s.bytes) / s.seconds / 1e9)});
  return table.text();
}

} // namespace rx::runtime
