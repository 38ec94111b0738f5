#include "runtime/report/GenerateTexts.h"

#include "runtime/report/GenerationText.h"
#include "runtime/report/MetricRunner.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace rx::runtime {

using nlohmann::json;

namespace {

Expected<std::string> readStandardInput() {
  constexpr size_t most = size_t(16) << 20;
  std::string text;
  char piece[4096];
  while (size_t count = std::fread(piece, 1, sizeof piece, stdin)) {
    text.append(piece, count);
    if (text.size() > most)
      return makeError("standard input: a prompt has at most {} bytes", most);
  }
  if (std::ferror(stdin))
    return makeError("standard input: cannot read");
  return text;
}

Status readPrompts(GenerationRequest &request) {
  if (request.prompts.empty())
    return makeError("there is no text to continue");
  auto isInput = [](const std::string &prompt) { return prompt == "-"; };
  auto &prompts = request.prompts;
  if (std::count_if(prompts.begin(), prompts.end(), isInput) > 1)
    return makeError("standard input can be one prompt only");
  auto input = std::find_if(prompts.begin(), prompts.end(), isInput);
  if (input == prompts.end())
    return Status::ok();
  auto text = readStandardInput();
  if (!text)
    return std::move(text).status();
  *input = std::move(*text);
  return Status::ok();
}

std::string jsonLinesOf(const GenerationRequest &request, const Generation &generation) {
  std::string lines;
  for (size_t i = 0; i < request.prompts.size(); ++i) {
    const Continuation &text = generation.texts[i];
    json line = {{"prompt", request.prompts[i]},
                 {"continuation", text.text},
                 {"ended", stopReasonName(text.reason)},
                 {"tokens", text.tokens}};
    lines += line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  }
  return lines;
}

/// "12 tokens of prompts read at 310 tokens/s, .. (length)"
std::string summary(const Generation &generation) {
  std::string reasons;
  for (const Continuation &text : generation.texts)
    reasons += fmt::format("{}{}", reasons.empty() ? "" : ", ", stopReasonName(text.reason));
  return fmt::format("{} ({})", ratesText(generation), reasons);
}

} // namespace

Expected<Generation> generateTexts(const Bundle &bundle, Device &device, GenerationRequest request,
                                   const GenerateOptions &options) {
  if (Status read = readPrompts(request); !read)
    return read;
  if (auto sampler = Sampler::create(request.settings.sampling); !sampler)
    return std::move(sampler).status();
  RunFiles files(options.programFolder, {options.cache, options.progress});
  MetricRunner programs(bundle, device, files, {options.progress, options.memory, nullptr, {}});
  GenerationRunner runner(bundle, programs.programs(), files);
  auto runs = runner.plannedRuns(request);
  if (!runs)
    return std::move(runs).status();
  auto planned = programs.admit(std::move(*runs));
  if (!planned)
    return std::move(planned).status();
  std::optional<GenerationPrinter> printer;
  if (!options.asJson)
    printer.emplace(options.out, request, false);
  auto grown = [&](size_t index, std::string_view text, StopReason reason) {
    if (printer)
      printer->grow(index, text, reason);
  };
  auto generation = runner.run(request, {grown, options.shouldStop});
  printer.reset();
  if (!generation)
    return generation;
  if (options.asJson)
    fmt::print(options.out, "{}", jsonLinesOf(request, *generation));
  if (options.progress) {
    sayPeak(options.progress, *planned);
    fmt::print(options.progress, "{}\n", summary(*generation));
  }
  return generation;
}

} // namespace rx::runtime
