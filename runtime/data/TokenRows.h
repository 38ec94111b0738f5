// Packed rows of a token stream, and batches of them: what training and metrics read.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace rx::runtime {

/// Windows of `time` new tokens over one stream. Row r scores tokens r·time … (r+1)·time - 1: they
/// are its y, and its x is the same row shifted by one behind a BOS, so that BOS is read but never
/// scored and every token is scored once. A rest of fewer than `time` tokens at the end is no row.
class TokenRows {
public:
  TokenRows(std::vector<int32_t> tokens, int64_t time, int32_t bos);

  int64_t count() const { return rowCount; }
  int64_t time() const { return rowTime; }
  /// Writes row `row` (0 … count() - 1); x and y hold time() elements each.
  void copy(int64_t row, std::span<int32_t> x, std::span<int32_t> y) const;
  /// Rows first … first + count - 1, cut to what there is. Shares the tokens.
  TokenRows slice(int64_t first, int64_t count) const;

private:
  std::shared_ptr<const std::vector<int32_t>> tokens;
  int64_t rowTime;
  int32_t bos;
  int64_t firstRow = 0, rowCount;
};

/// Row-major i32[rows, time] pairs.
struct TokenBatch {
  int64_t rows = 0, time = 0;
  std::vector<int32_t> x, y;
};

/// Batches in the order of the rows; the last one holds what is left and may be smaller.
class TokenBatches {
public:
  /// `size` >= 1.
  TokenBatches(TokenRows rows, int64_t size) : rows(std::move(rows)), size(size) {}
  int64_t count() const { return (rows.count() + size - 1) / size; }
  /// Batch `index` (0 … count() - 1). Reuses the memory of `batch`.
  void copy(int64_t index, TokenBatch &batch) const;

private:
  TokenRows rows;
  int64_t size;
};

/// The first `count` rows for a person: ids of x and y, shortened, and the text of y if `decode` is
/// given. One line per row part, each ended by a line feed.
std::string describeHead(const TokenRows &rows, int64_t count,
                         const std::function<std::string(std::span<const int32_t>)> &decode = {});

} // namespace rx::runtime
