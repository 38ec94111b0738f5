//===- Source.h - program text and positions in it ---------------*- C++ -*-===//
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rx::diag {

/// The text of one file, with a table of its lines. Must outlive every range into it.
class Source {
public:
  Source(std::string path, std::string text);

  const std::string &path() const { return filePath; }
  std::string_view text() const { return content; }
  /// 1-based line and column of an offset; the column counts characters, as editors do.
  size_t line(size_t offset) const;
  size_t column(size_t offset) const;
  /// The text of a 1-based line, without its newline.
  std::string_view lineText(size_t line) const;
  size_t lineStart(size_t line) const { return lineStarts[line - 1]; }

private:
  std::string filePath, content;
  std::vector<size_t> lineStarts;
};

/// Half-open range of bytes in a source; `source` is null for what has no text (a `--set`).
struct SourceRange {
  const Source *source = nullptr;
  size_t begin = 0, end = 0;

  explicit operator bool() const { return source != nullptr; }
  std::string_view text() const {
    return source ? source->text().substr(begin, end - begin) : std::string_view();
  }
  /// `file.rx:3`
  std::string fileLine() const;
};

} // namespace rx::diag
