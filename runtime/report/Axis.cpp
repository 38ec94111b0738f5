#include "runtime/report/Plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rx::runtime {

namespace {

/// Smallest and largest of the values that `accepts`; low > high when there is none.
template <typename Accepts>
std::pair<double, double> rangeOf(const std::vector<double> &values, Accepts accepts) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (double value : values)
    if (std::fabs(value) < 1e300 && accepts(value)) { // differences stay finite
      low = std::min(low, value);
      high = std::max(high, value);
    }
  return {low, high};
}

/// The round number (1, 2 or 5 times a power of ten) nearest to `step`, by Heckbert's bounds.
double roundStep(double step) {
  double power = std::pow(10, std::floor(std::log10(step)));
  double fraction = step / power;
  return power * (fraction < 1.5 ? 1 : fraction < 3 ? 2 : fraction < 7 ? 5 : 10);
}

/// Widens a range without extent, so that it has a scale; [0, 1] for no range at all.
void open(double &low, double &high) {
  if (low > high)
    low = 0, high = 1;
  if (high - low > 1e-12 * std::max(std::fabs(low), std::fabs(high)))
    return;
  double by = low == 0 ? 1 : std::fabs(low) / 2;
  low -= by;
  high += by;
}

} // namespace

double Axis::position(double value) const {
  if (isLog)
    return (std::log10(value) - std::log10(low)) / (std::log10(high) - std::log10(low));
  return (value - low) / (high - low);
}

Axis linearAxis(const std::vector<double> &values, int count) {
  Axis axis;
  std::tie(axis.low, axis.high) = rangeOf(values, [](double) { return true; });
  open(axis.low, axis.high);
  double step = roundStep((axis.high - axis.low) / std::max(count - 1, 1));
  auto first = static_cast<int64_t>(std::floor(axis.low / step));
  auto last = static_cast<int64_t>(std::ceil(axis.high / step));
  for (int64_t i = first; i <= last; ++i)
    axis.ticks.push_back(static_cast<double>(i) * step);
  axis.low = axis.ticks.front();
  axis.high = axis.ticks.back();
  return axis;
}

Axis logAxis(const std::vector<double> &values, int count) {
  Axis axis;
  axis.isLog = true;
  auto [low, high] = rangeOf(values, [](double value) { return value > 0; });
  if (low > high)
    low = 1, high = 10;
  // Each candidate set of mantissas, from coarse to fine, until there are ticks enough.
  const std::vector<std::vector<double>> mantissas = {{1}, {1, 3}, {1, 2, 5}};
  auto firstPower = static_cast<int>(std::floor(std::log10(low)));
  auto lastPower = static_cast<int>(std::ceil(std::log10(high)));
  for (const std::vector<double> &fine : mantissas) {
    std::vector<double> all;
    for (int power = firstPower; power <= lastPower; ++power)
      for (double mantissa : fine)
        all.push_back(mantissa * std::pow(10.0, power));
    auto begin = std::upper_bound(all.begin(), all.end(), low * (1 + 1e-12)) - all.begin() - 1;
    auto end = std::lower_bound(all.begin(), all.end(), high * (1 - 1e-12)) - all.begin();
    if (begin == end)
      end = std::min<ptrdiff_t>(end + 1, std::ssize(all) - 1);
    axis.ticks.assign(all.begin() + std::max<ptrdiff_t>(begin, 0), all.begin() + end + 1);
    if (std::ssize(axis.ticks) >= count - 2)
      break;
  }
  if (axis.ticks.size() < 2)
    axis.ticks = {axis.ticks.front() / 10, axis.ticks.front(), axis.ticks.front() * 10};
  axis.low = axis.ticks.front();
  axis.high = axis.ticks.back();
  while (std::ssize(axis.ticks) > 2 * count) { // a range of many powers: every second of them
    std::vector<double> fewer;
    for (size_t i = 0; i < axis.ticks.size(); i += 2)
      fewer.push_back(axis.ticks[i]);
    axis.ticks = std::move(fewer);
  }
  return axis;
}

std::string tickText(double value) {
  double size = std::fabs(value);
  if (size != 0 && (size >= 1e6 || size < 1e-4))
    return fmt::format("{:.3g}", value);
  if (size < 1000)
    return fmt::format("{:.6g}", value);
  auto whole = static_cast<int64_t>(std::llround(size));
  return fmt::format("{}{},{:03}", value < 0 ? "-" : "", whole / 1000, whole % 1000);
}

} // namespace rx::runtime
