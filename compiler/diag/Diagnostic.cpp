#include "compiler/diag/Diagnostic.h"

#include <algorithm>
#include <map>

using namespace rx::diag;

namespace {

std::string spaces(size_t count) { return std::string(count, ' '); }

/// One line of program text with the labels that lie on it, each on a line of its own below.
/// Two labels share a line when neither would run into the other.
std::string excerpt(const Source &source, size_t line, std::vector<Label> labels) {
  std::string number = std::to_string(line);
  size_t gutter = std::max<size_t>(number.size(), 4);
  std::string text = spaces(gutter - number.size()) + number + " | " + std::string(source.lineText(line)) + "\n";
  std::stable_sort(labels.begin(), labels.end(),
                   [](const Label &a, const Label &b) { return a.range.begin < b.range.begin; });
  size_t lineEnd = source.lineStart(line) + source.lineText(line).size();
  std::string row;
  for (size_t i = 0; i < labels.size(); ++i) {
    size_t column = labels[i].range.begin - source.lineStart(line);
    size_t width = std::max<size_t>(1, std::min(labels[i].range.end, lineEnd) - labels[i].range.begin);
    if (!row.empty() && row.size() + 1 > column) {
      text += spaces(gutter) + " | " + row + "\n";
      row.clear();
    }
    row += spaces(column - row.size()) + std::string(width, i == 0 ? '^' : '~');
    if (!labels[i].text.empty())
      row += " " + labels[i].text;
  }
  if (!row.empty())
    text += spaces(gutter) + " | " + row + "\n";
  return text;
}

} // namespace

std::string rx::diag::render(const Diagnostic &d) {
  std::string where = "cli";
  if (d.at)
    where = d.at.fileLine() + ":" + std::to_string(d.at.source->column(d.at.begin));
  std::string text = where + ": error: " + d.message + " [" + d.kind + "]\n";
  std::vector<Label> labels = d.labels;
  if (labels.empty() && d.at)
    labels.push_back({d.at, ""});
  std::vector<std::pair<std::pair<const Source *, size_t>, std::vector<Label>>> lines;
  for (auto &label : labels) {
    if (!label.range)
      continue;
    std::pair key(label.range.source, label.range.source->line(label.range.begin));
    auto found = std::find_if(lines.begin(), lines.end(), [&](auto &entry) { return entry.first == key; });
    if (found == lines.end())
      found = lines.insert(lines.end(), {key, {}});
    found->second.push_back(label);
  }
  for (auto &[key, onLine] : lines) {
    if (d.at && key.first != d.at.source)
      text += "  in " + key.first->path() + ":\n";
    text += excerpt(*key.first, key.second, onLine);
  }
  for (auto &note : d.notes)
    text += "     = " + note + "\n";
  if (!d.help.empty())
    text += "help: " + d.help + "\n";
  return text;
}

std::string DiagnosticEngine::render() const {
  std::string text;
  for (auto &diagnostic : all)
    text += rx::diag::render(diagnostic);
  return text;
}

std::string rx::diag::nearestName(const std::string &name, const std::vector<std::string> &candidates) {
  std::string best;
  size_t bestDistance = std::max<size_t>(1, name.size() / 2) + 1;
  for (auto &candidate : candidates) {
    // Levenshtein distance, one row at a time.
    std::vector<size_t> row(candidate.size() + 1);
    for (size_t j = 0; j < row.size(); ++j)
      row[j] = j;
    for (size_t i = 1; i <= name.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i;
      for (size_t j = 1; j < row.size(); ++j) {
        size_t substitution = diagonal + (name[i - 1] != candidate[j - 1]);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
      }
    }
    if (row.back() < bestDistance) {
      bestDistance = row.back();
      best = candidate;
    }
  }
  return best;
}

//===----------------------------------------------------------------------===//
// Kinds
//===----------------------------------------------------------------------===//

static const std::map<std::string, std::string> &kindTexts() {
  static const std::map<std::string, std::string> texts = {
#define RX_KIND(name, text) {name, text},
#include "compiler/diag/Kinds.def"
#undef RX_KIND
  };
  return texts;
}

std::string rx::diag::explain(const std::string &kind) {
  auto found = kindTexts().find(kind);
  return found == kindTexts().end() ? "" : found->second;
}

std::vector<std::string> rx::diag::knownKinds() {
  std::vector<std::string> names;
  for (auto &[name, text] : kindTexts())
    names.push_back(name);
  return names;
}
