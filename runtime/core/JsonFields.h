// Reads the fields of a JSON object that somebody else wrote, and says which one is wrong.
#pragma once

#include "runtime/core/Status.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

/// Text to JSON; the error names `source` and the line.
Expected<nlohmann::json> parseJson(std::string_view text, const std::string &source);

/// A reader over one object. The first error is kept and later reads return empty values, so that
/// the caller reads everything and asks once, with finish(). `where` opens every message.
class JsonFields {
public:
  JsonFields(const nlohmann::json &object, std::string where);

  /// Whether an optional field is there.
  bool has(const char *name);
  std::string text(const char *name);
  int64_t integer(const char *name, int64_t low, int64_t high);
  double number(const char *name, double low, double high);
  /// A list of strings.
  std::vector<std::string> texts(const char *name);
  /// An array or object to be read by the caller; an empty one if it is missing or of another kind.
  const nlohmann::json &array(const char *name);
  const nlohmann::json &object(const char *name);

  /// Records an error about one field, in the same form as the reader's own.
  void reject(const char *name, const std::string &problem);
  /// The first error, or one about a field that was never asked for.
  Status finish() const;
  const std::string &place() const { return where; }
  /// Adds the name that the object gives itself to the messages: "stage 3" becomes "stage 3
  /// (`pack`)".
  void nameItself(const std::string &name) { where += " (`" + name + "`)"; }

private:
  const nlohmann::json *find(const char *name, const char *kind,
                             bool (nlohmann::json::*is)() const noexcept);

  const nlohmann::json &fields;
  std::string where;
  std::vector<std::string> known;
  Status first = Status::ok();
};

/// The candidate that differs least from `name`, or nothing if none is close enough to be meant.
std::string nearestName(std::string_view name, const std::vector<std::string> &candidates);

/// `; did you mean "x"?`, or nothing.
std::string didYouMean(std::string_view name, const std::vector<std::string> &candidates);

} // namespace rx::runtime
