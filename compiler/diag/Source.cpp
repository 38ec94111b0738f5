#include "compiler/diag/Source.h"

#include <algorithm>

using namespace rx::diag;

Source::Source(std::string path, std::string text)
    : filePath(std::move(path)), content(std::move(text)) {
  lineStarts.push_back(0);
  for (size_t i = 0; i < content.size(); ++i)
    if (content[i] == '\n' || (content[i] == '\r' && content.compare(i + 1, 1, "\n") != 0))
      lineStarts.push_back(i + 1);
}

size_t Source::line(size_t offset) const {
  return std::upper_bound(lineStarts.begin(), lineStarts.end(), offset) - lineStarts.begin();
}

size_t Source::column(size_t offset) const {
  size_t start = lineStarts[line(offset) - 1];
  auto isLead = [](unsigned char c) { return (c & 0xC0) != 0x80; };
  return std::count_if(content.begin() + start, content.begin() + offset, isLead) + 1;
}

std::string_view Source::lineText(size_t line) const {
  size_t begin = lineStarts[line - 1];
  size_t end = line < lineStarts.size() ? lineStarts[line] : content.size();
  while (end > begin && (content[end - 1] == '\n' || content[end - 1] == '\r'))
    --end;
  return std::string_view(content).substr(begin, end - begin);
}

std::string SourceRange::fileLine() const {
  return source ? source->path() + ":" + std::to_string(source->line(begin)) : "";
}
