//===- Explain.cpp - rxc explain ---------------------------------*- C++ -*-===//
#include "compiler/diag/Diagnostic.h"
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/commands/Commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace rx::driver {

namespace {

constexpr const char *details = R"(A message ends in its kind: `... [dim-mismatch]`.

Examples:
  rxc explain dim-mismatch       what it means and how to mend it
  rxc explain                    all kinds, a line each)";

int explainKind(const std::string &kind) {
  std::string text = diag::explain(kind);
  if (!text.empty()) {
    std::cout << text << "\n";
    return Success;
  }
  std::string nearest = diag::nearestName(kind, diag::knownKinds());
  return fail(fmt::format("there is no kind `{}`{}", kind,
                          nearest.empty() ? "; `rxc explain` lists all"
                                          : ", did you mean `" + nearest + "`?"));
}

int listKinds() {
  std::vector<std::string> kinds = diag::knownKinds();
  size_t widest = 0;
  for (const std::string &kind : kinds)
    widest = std::max(widest, kind.size());
  for (const std::string &kind : kinds)
    std::cout << fmt::format("{:{}}  {}\n", kind, widest, diag::summary(kind));
  return Success;
}

} // namespace

void addExplain(CommandLine &line) {
  auto kind = std::make_shared<std::string>();
  CLI::App *command =
      line.add("explain", "what a kind of message means, and how to mend it", details,
               [kind] { return kind->empty() ? listKinds() : explainKind(*kind); });
  command->add_option("kind", *kind, "the word in [brackets] of a message; without it, all kinds");
}

} // namespace rx::driver
