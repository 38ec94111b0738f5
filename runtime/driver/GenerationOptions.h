// The options of the command line that say how texts are generated, for rxc and rx-run.
#pragma once

#include "runtime/infer/Generator.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdlib>
#include <string>

namespace rx::runtime {

/// A text of the command line, in which \n, \t and \\ stand for what they mean in a program.
inline std::string withEscapes(const std::string &typed) {
  std::string text;
  for (size_t i = 0; i < typed.size(); ++i) {
    char next = typed[i] == '\\' && i + 1 < typed.size() ? typed[i + 1] : 0;
    if (next != 'n' && next != 't' && next != '\\') {
      text += typed[i];
      continue;
    }
    text += next == 'n' ? '\n' : next == 't' ? '\t' : '\\';
    ++i;
  }
  return text;
}

/// A finite number of at least `least`; else says `what` it has to be.
inline CLI::Validator atLeast(double least, const std::string &what) {
  return CLI::Validator(
      [least, what](std::string &text) {
        char *end = nullptr;
        double number = std::strtod(text.c_str(), &end);
        bool isNumber = end != text.c_str() && *end == '\0';
        return isNumber && number >= least && std::isfinite(number) ? std::string() : text + " is not " + what;
      },
      "");
}

/// `settings` outlives the parsing, and holds the defaults. `needed` is an option without which
/// these mean nothing, or null.
inline void addGenerationOptions(CLI::App &app, GenerationSettings &settings,
                                 CLI::Option *needed = nullptr) {
  CLI::Option *all[] = {
      app.add_option("--tokens", settings.tokens, "at most so many tokens for every text")
          ->check(atLeast(1, "a number above 0"))
          ->capture_default_str(),
      app.add_option("--temperature", settings.sampling.temperature,
                     "0: always the likeliest token; 1: as the model says")
          ->check(atLeast(0, "0 or more"))
          ->capture_default_str(),
      app.add_option("--top-k", settings.sampling.topK, "of the K likeliest only; 0: off")
          ->check(atLeast(0, "0 or more"))
          ->capture_default_str(),
      app.add_option("--top-p", settings.sampling.topP,
                     "of the likeliest that together have probability P; 1: off")
          ->check(CLI::Range(0.0, 1.0))
          ->capture_default_str(),
      app.add_option_function<std::vector<std::string>>(
             "--stop",
             [&settings](const std::vector<std::string> &typed) {
               for (const std::string &stop : typed)
                 settings.stop.push_back(withEscapes(stop));
             },
             "a text that ends the generated one; \\n is a line feed (may be repeated)")
          ->allow_extra_args(false),
      app.add_option("--seed", settings.sampling.seed, "of the draws")->capture_default_str(),
  };
  if (needed)
    for (CLI::Option *option : all)
      option->needs(needed);
}

} // namespace rx::runtime
