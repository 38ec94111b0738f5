//===- Generate.cpp - rxc generate -------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/RunExperiment.h"
#include "compiler/driver/commands/Commands.h"
#include "runtime/driver/GenerationOptions.h"

namespace rx::driver {

static constexpr const char *details =
    R"(Compiles what is needed of one model of an experiment, and continues the prompts. Texts go to
standard output as they grow, everything else to standard error. Several prompts are one batch, and
are written one after the other, with a line --- between them. A prompt - is standard input.

Tokens are chosen in this order: logits are divided by the temperature, the K highest are kept, then
of these the likeliest whose probabilities add up to P, and one of them is drawn. The draws of a text
depend on the seed and on its prompt, not on the other prompts.

A text ends after N tokens, where the model ends it, before a stop string, or when the model can read
no more. Ctrl-C ends all of them; exit code 130.

Examples:
  rxc generate study.rx "It is a truth"
  rxc generate study.rx --model 'tied[2]' --tokens 50 --temperature 0.8 --top-p 0.95 "Once" "Twice"
  cat letter.txt | rxc generate study.rx --stop '\n\n' -)";

void addGenerate(CommandLine &line) {
  auto arguments = std::make_shared<GenerateArguments>();
  CLI::App *command = line.add("generate", "continue texts with a model of an experiment", details,
                               [arguments] { return generateFromModel(*arguments); });
  arguments->run.addTo(command);
  command->add_option("prompts", arguments->prompts, "texts to continue; - is standard input")
      ->required();
  command->add_option("--model", arguments->model,
                      "the model, as the program names it: tied, or tied[2] for one of a family\n"
                      "(default: the only one)");
  runtime::addGenerationOptions(*command, arguments->settings);
  command->add_flag("--whole", arguments->whole,
                    "read the whole text again for every token: slow, to compare with");
  command->add_flag("--json", arguments->json,
                    "write a line of JSON for every text: prompt, continuation, ended, tokens");
}

} // namespace rx::driver
