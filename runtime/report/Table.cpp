#include "runtime/report/Table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rx::runtime {

namespace {

/// Columns on a terminal, not bytes: continuation bytes of UTF-8 take no room.
size_t width(const std::string &text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

} // namespace

std::string Table::text() const {
  std::vector<size_t> widths(header.size());
  auto measure = [&](const std::vector<std::string> &cells) {
    for (size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], width(cells[i]));
  };
  measure(header);
  for (auto &row : rows)
    measure(row);
  std::string out;
  auto line = [&](const std::vector<std::string> &cells) {
    for (size_t i = 0; i < cells.size(); ++i) {
      std::string gap(widths[i] - width(cells[i]), ' ');
      out += i ? "  " + gap + cells[i] : cells[i] + gap;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += "\n";
  };
  line(header);
  std::string rule;
  for (size_t i = 0; i < widths.size(); ++i)
    rule += std::string(widths[i] + (i ? 2 : 0), '-');
  out += rule + "\n";
  for (auto &row : rows)
    line(row);
  return out;
}

std::string formatNumber(double value) {
  // Larger numbers may be whole because f64 has no digits left behind the point, as the perplexity
  // of an untrained model.
  constexpr double mostCounted = 1e13;
  if (value != std::floor(value) || std::fabs(value) >= mostCounted)
    return fmt::format("{:.6g}", value);
  std::string digits = std::to_string(static_cast<long long>(std::fabs(value))), out;
  for (size_t i = 0; i < digits.size(); ++i)
    out += (i && (digits.size() - i) % 3 == 0 ? "," : "") + digits.substr(i, 1);
  return (value < 0 ? "-" : "") + out;
}

} // namespace rx::runtime
