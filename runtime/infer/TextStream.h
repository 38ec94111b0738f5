// Generated tokens of one text as they become readable.
#pragma once

#include "runtime/infer/StopStrings.h"
#include "runtime/io/Tokenizer.h"

#include <string>
#include <vector>

namespace rx::runtime {

/// Why a text has no further token.
enum class StopReason {
  None,        ///< it goes on
  Length,      ///< as many tokens as were asked for
  EndOfText,   ///< the model said so, with a token that ends documents or turns
  StopString,  ///< one of the texts that end it appeared
  ContextFull, ///< no room for more positions
  Interrupted, ///< the run was stopped
};
/// "length", "end of text", "stop string", "context full", "interrupted"; of None "running".
std::string_view stopReasonName(StopReason reason);

/// Token ids in, text out. Held back is what is not certain yet: bytes of an unfinished character,
/// and what may become a stop string. Control tokens leave no text; bytes that are no UTF-8 become
/// U+FFFD.
class TextStream {
public:
  TextStream(Tokenizer tokenizer, std::vector<std::string> stops)
      : tokenizer(tokenizer), decoder(std::move(tokenizer), {.continuation = true}),
        stops(std::move(stops)) {}

  /// The text that became certain with this token.
  std::string push(int32_t id);
  /// There is no further token: what was held back.
  std::string finish();

  /// None, EndOfText or StopString.
  StopReason reason() const { return ended; }

private:
  Tokenizer tokenizer;
  StreamDecoder decoder;
  StopStrings stops;
  StopReason ended = StopReason::None;
};

} // namespace rx::runtime
