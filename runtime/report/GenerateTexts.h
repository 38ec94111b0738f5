// Texts that one model of a bundle continues, without the bundle's reports.
#pragma once

#include "runtime/device/Device.h"
#include "runtime/report/GenerationRunner.h"

#include <cstdio>
#include <filesystem>
#include <functional>

namespace rx::runtime {

struct GenerateOptions {
  std::filesystem::path programFolder; ///< where relative paths and the lock file are looked for
  std::filesystem::path cache;
  std::FILE *out = stdout;          ///< the texts
  std::FILE *progress = stderr;     ///< all else; null: silent
  int64_t memory = 0;               ///< bytes that a run may use; 0: what the system has available
  bool asJson = false;              ///< a line of JSON for every text, instead of texts that grow
  std::function<bool()> shouldStop; ///< asked before every token; empty: never
};

/// Writes the prompts with what follows them. A prompt `-` stands for standard input. Gives what
/// was generated until the end, or until it was stopped.
Expected<Generation> generateTexts(const Bundle &bundle, Device &device, GenerationRequest request,
                                   const GenerateOptions &options);

} // namespace rx::runtime
