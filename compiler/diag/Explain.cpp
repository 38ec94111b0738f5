//===- Explain.cpp - the kinds and their long form --------------------------===//

#include "compiler/diag/Diagnostic.h"

#include <map>

namespace rx::diag {
namespace {

const std::map<std::string, std::string> &summaries() {
  static const std::map<std::string, std::string> texts = {
#define RX_KIND(name, text) {name, text},
#include "compiler/diag/Kinds.def"
#undef RX_KIND
  };
  return texts;
}

constexpr std::string_view pages =
#include "compiler/diag/ExplainText.inc"
    ;

} // namespace

std::string summary(const std::string &kind) {
  auto found = summaries().find(kind);
  return found == summaries().end() ? "" : found->second;
}

std::string explain(const std::string &kind) {
  std::string heading = "\n## " + kind + "\n";
  size_t begin = pages.find(heading);
  if (begin == std::string_view::npos || summary(kind).empty())
    return "";
  size_t end = pages.find("\n## ", begin + heading.size());
  return std::string(pages.substr(begin + 1, end == std::string_view::npos ? end : end - begin));
}

std::vector<std::string> knownKinds() {
  std::vector<std::string> names;
  for (const auto &[name, text] : summaries())
    names.push_back(name);
  return names;
}

} // namespace rx::diag
