#include "runtime/data/TokenRows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace rx::runtime {

namespace {

constexpr size_t shownIds = 8;
constexpr size_t shownText = 72;

std::string shortList(std::span<const int32_t> ids) {
  std::string text;
  for (size_t i = 0; i < std::min(ids.size(), shownIds); ++i)
    text += fmt::format("{}{}", i ? ", " : "", ids[i]);
  return ids.size() > shownIds ? text + ", …" : text;
}

/// On one line, cut at a character boundary.
std::string shortText(std::string text) {
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  if (text.size() <= shownText)
    return text;
  size_t end = shownText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end; // the middle of a UTF-8 sequence
  return text.substr(0, end) + "…";
}

} // namespace

TokenRows::TokenRows(std::vector<int32_t> stream, int64_t time, int32_t bos)
    : tokens(std::make_shared<const std::vector<int32_t>>(std::move(stream))), rowTime(time),
      bos(bos), rowCount(static_cast<int64_t>(tokens->size()) / time) {}

void TokenRows::copy(int64_t row, std::span<int32_t> x, std::span<int32_t> y) const {
  assert(row >= 0 && row < rowCount && x.size() == static_cast<size_t>(rowTime) &&
         y.size() == x.size());
  auto from = tokens->begin() + (firstRow + row) * rowTime;
  std::copy(from, from + rowTime, y.begin());
  x[0] = bos;
  std::copy(from, from + rowTime - 1, x.begin() + 1);
}

TokenRows TokenRows::slice(int64_t first, int64_t count) const {
  TokenRows part = *this;
  first = std::clamp<int64_t>(first, 0, rowCount);
  part.firstRow += first;
  part.rowCount = std::clamp<int64_t>(count, 0, rowCount - first);
  return part;
}

void TokenBatches::copy(int64_t index, TokenBatch &batch) const {
  int64_t first = index * size, time = rows.time();
  batch.rows = std::min(size, rows.count() - first);
  batch.time = time;
  batch.x.resize(static_cast<size_t>(batch.rows * time));
  batch.y.resize(batch.x.size());
  for (int64_t row = 0; row < batch.rows; ++row) {
    auto part = [&](std::vector<int32_t> &all) {
      return std::span(all).subspan(static_cast<size_t>(row * time), static_cast<size_t>(time));
    };
    rows.copy(first + row, part(batch.x), part(batch.y));
  }
}

std::string describeHead(const TokenRows &rows, int64_t count,
                         const std::function<std::string(std::span<const int32_t>)> &decode) {
  std::string text =
      fmt::format("{} rows {{x: i32[{}], y: i32[{}]}}\n", rows.count(), rows.time(), rows.time());
  std::vector<int32_t> x(static_cast<size_t>(rows.time())), y(x.size());
  for (int64_t row = 0; row < std::min(count, rows.count()); ++row) {
    rows.copy(row, x, y);
    text += fmt::format("row {}\n  x     {}\n  y     {}\n", row, shortList(x), shortList(y));
    if (decode)
      text += fmt::format("  text  {}\n", shortText(decode(y)));
  }
  return text;
}

} // namespace rx::runtime
