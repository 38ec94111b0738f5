#include "runtime/infer/TextStream.h"

#include "runtime/core/Utf8.h"

namespace rx::runtime {

std::string_view stopReasonName(StopReason reason) {
  constexpr std::string_view names[] = {"running",     "length",       "end of text",
                                        "stop string", "context full", "interrupted"};
  return names[static_cast<size_t>(reason)];
}

std::string TextStream::push(int32_t id) {
  if (ended != StopReason::None)
    return {};
  if (tokenizer.isEndOfGeneration(id)) {
    ended = StopReason::EndOfText;
    return {};
  }
  std::string text = stops.push(replaceInvalidUtf8(decoder.push(id)));
  if (stops.isFound())
    ended = StopReason::StopString;
  return text;
}

std::string TextStream::finish() {
  if (ended == StopReason::StopString)
    return {};
  std::string text = stops.push(decoder.finish());
  if (stops.isFound())
    ended = StopReason::StopString;
  return text + stops.finish();
}

} // namespace rx::runtime
