//===- Render.cpp - The house format of a diagnostic ----------------------===//
//
//   file.rx:14:9: error: message [kind]
//     14 |     h = x + ffn.up(n(x))
//        |         ^ d = 640 (file.rx:3)
//        |             ~~~~~~~~~~~~ ff = 2048 (file.rx:5)
//   help: what to write instead
//
// Labels share an underline line as long as no text runs into the next operand.
//
//===----------------------------------------------------------------------===//

#include "compiler/diag/Diagnostic.h"

#include <algorithm>

namespace rx::diag {
namespace {

/// An underline within one line; column from 0, in characters.
struct Mark {
  size_t column;
  size_t width;
  std::string text;
};

constexpr size_t maxLineLength = 200;

size_t characters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

Mark markFor(const Label &label) {
  const Source &source = *label.range.source;
  size_t line = source.line(label.range.begin);
  size_t start = source.lineStart(line), lineEnd = start + source.lineText(line).size();
  size_t begin = std::min(label.range.begin, lineEnd);
  size_t end = std::clamp(label.range.end, begin, lineEnd);
  size_t width = std::max<size_t>(1, characters(source.text().substr(begin, end - begin)));
  return {characters(source.text().substr(start, begin - start)), width, label.text};
}

class Renderer {
public:
  Renderer(const Diagnostic &diagnostic, bool colour) : diagnostic(diagnostic), colour(colour) {}

  std::string run() {
    heading();
    excerpts();
    for (const std::string &note : diagnostic.notes)
      out += "     = " + note + "\n";
    if (!diagnostic.help.empty())
      out += paint("help:", "1;36") + " " + diagnostic.help + "\n";
    return out;
  }

private:
  void heading() {
    std::string where = "rxc";
    if (diagnostic.at)
      where = diagnostic.at.fileLine() + ":" +
              std::to_string(diagnostic.at.source->column(diagnostic.at.begin));
    out += paint(where + ":", "1") + " " + paint("error:", "1;31") + " " +
           paint(diagnostic.message, "1") + " [" + diagnostic.kind + "]\n";
  }

  /// The line of the error first, then every other line that has a label, in the labels' order.
  void excerpts() {
    if (!diagnostic.at)
      return;
    std::vector<Label> labels;
    for (const Label &label : diagnostic.labels)
      if (label.range)
        labels.push_back(label);
    size_t line = diagnostic.at.source->line(diagnostic.at.begin);
    bool isLabelled = std::any_of(labels.begin(), labels.end(), [&](const Label &label) {
      return label.range.source == diagnostic.at.source &&
             label.range.source->line(label.range.begin) == line;
    });
    if (!isLabelled)
      labels.insert(labels.begin(), {diagnostic.at, ""});
    excerpt(*diagnostic.at.source, line, labels);
    while (!labels.empty()) {
      SourceRange next = labels.front().range;
      excerpt(*next.source, next.source->line(next.begin), labels);
    }
  }

  /// Prints one line with its labels, and takes them out of the list.
  void excerpt(const Source &source, size_t line, std::vector<Label> &labels) {
    std::vector<Mark> marks;
    std::erase_if(labels, [&](const Label &label) {
      bool here = label.range.source == &source && source.line(label.range.begin) == line;
      if (here)
        marks.push_back(markFor(label));
      return here;
    });
    if (&source != diagnostic.at.source)
      out += "  in " + source.path() + ":\n";
    std::sort(marks.begin(), marks.end(),
              [](const Mark &a, const Mark &b) { return a.column < b.column; });
    std::string number = std::to_string(line);
    out += std::string(number.size() < 4 ? 4 - number.size() : 0, ' ') + number + " | " +
           window(source.lineText(line), marks) + "\n";
    underlines(marks);
  }

  void underlines(const std::vector<Mark> &marks) {
    std::string line;
    size_t used = 0;
    for (const Mark &mark : marks) {
      bool collides = !line.empty() && mark.column < used + 2;
      if (collides) {
        out += gutter() + line + "\n";
        line.clear();
        used = 0;
      }
      line += std::string(mark.column - used, ' ');
      line += paint(std::string(mark.width, &mark == &marks.front() ? '^' : '~'), "1;32");
      used = mark.column + mark.width;
      if (!mark.text.empty()) {
        line += " " + mark.text;
        used += 1 + characters(mark.text);
      }
    }
    out += gutter() + line + "\n";
  }

  static std::string gutter() { return "     | "; }

  /// The part of a line around its first mark, if the line is very long; shifts the marks with it.
  static std::string window(std::string_view line, std::vector<Mark> &marks) {
    std::string text = withoutTabs(line);
    if (text.size() <= maxLineLength)
      return text;
    bool isAscii = characters(text) == text.size();
    size_t first = isAscii && marks.front().column > maxLineLength / 2
                       ? marks.front().column - maxLineLength / 2
                       : 0;
    for (Mark &mark : marks) {
      mark.column = std::min(mark.column - first, maxLineLength);
      mark.width = std::min(mark.width, maxLineLength - mark.column + 1);
    }
    return isAscii ? text.substr(first, maxLineLength) : text;
  }

  static std::string withoutTabs(std::string_view text) {
    std::string result(text);
    std::replace(result.begin(), result.end(), '\t', ' '); // one column, as the marks count
    return result;
  }

  std::string paint(const std::string &text, const char *code) const {
    return colour ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
  }

  const Diagnostic &diagnostic;
  bool colour;
  std::string out;
};

} // namespace

std::string DiagnosticEngine::render(bool colour) const {
  std::string text;
  for (const Diagnostic &diagnostic : all)
    text += rx::diag::render(diagnostic, colour);
  return text;
}

std::string render(const Diagnostic &diagnostic, bool colour) {
  return Renderer(diagnostic, colour).run();
}

} // namespace rx::diag
