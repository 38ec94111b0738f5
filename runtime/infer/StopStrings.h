// Texts that end a generated one where they appear in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

/// Reads a text piece by piece. It ends before the stop string that is complete first (of several
/// complete at the same byte, the longest), wherever the pieces are cut.
class StopStrings {
public:
  /// Empty ones are ignored.
  explicit StopStrings(std::vector<std::string> stops);

  /// The text that now is certain not to begin a stop string. After one was found: nothing.
  std::string push(std::string_view text);
  /// The text ends here: what was held back.
  std::string finish();

  bool isFound() const { return found; }

private:
  std::vector<std::string> stops;
  std::string held; ///< the beginning of some stop string
  bool found = false;
};

} // namespace rx::runtime
