#include "runtime/core/JsonFields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rx::runtime {

using nlohmann::json;

namespace {

const json emptyArray = json::array();
const json emptyObject = json::object();

/// Levenshtein distance, one row at a time.
size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row.back();
}

} // namespace

Expected<json> parseJson(std::string_view text, const std::string &source) {
  try {
    return json::parse(text);
  } catch (const json::parse_error &error) {
    size_t end = std::min(error.byte, text.size());
    auto line = 1 + std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(end), '\n');
    return makeError("{}:{}: not valid JSON", source, line);
  }
}

JsonFields::JsonFields(const json &object, std::string where)
    : fields(object.is_object() ? object : emptyObject), where(std::move(where)) {
  if (!object.is_object())
    first = makeError("{}: an object {{…}} is expected here", this->where);
}

bool JsonFields::has(const char *name) {
  known.push_back(name);
  return fields.contains(name);
}

void JsonFields::reject(const char *name, const std::string &problem) {
  if (first)
    first = makeError("{}: `{}` {}", where, name, problem);
}

const json *JsonFields::find(const char *name, const char *kind,
                             bool (json::*is)() const noexcept) {
  known.push_back(name);
  auto field = fields.find(name);
  if (field == fields.end())
    reject(name, fmt::format("is missing; it must be {}", kind));
  else if (!((*field).*is)())
    reject(name, fmt::format("must be {}, not {}", kind, field->type_name()));
  else
    return &*field;
  return nullptr;
}

std::string JsonFields::text(const char *name) {
  const auto *field = find(name, "a string", &json::is_string);
  return field ? field->get<std::string>() : "";
}

int64_t JsonFields::integer(const char *name, int64_t low, int64_t high) {
  const auto *field = find(name, "a whole number", &json::is_number_integer);
  if (!field)
    return low;
  bool tooLarge = field->is_number_unsigned() && field->get<uint64_t>() > INT64_MAX;
  int64_t value = tooLarge ? INT64_MAX : field->get<int64_t>();
  if (tooLarge || value < low || value > high)
    reject(name, fmt::format("must lie in {} .. {}, not {}", low, high, field->dump()));
  return value;
}

double JsonFields::number(const char *name, double low, double high) {
  const auto *field = find(name, "a number", &json::is_number);
  double value = field ? field->get<double>() : low;
  if (!(value >= low && value <= high))
    reject(name, fmt::format("must lie in {} .. {}, not {}", low, high, value));
  return value;
}

std::vector<std::string> JsonFields::texts(const char *name) {
  std::vector<std::string> list;
  for (const auto &item : array(name)) {
    if (!item.is_string())
      reject(name, "must be a list of strings");
    else
      list.push_back(item.get<std::string>());
  }
  return list;
}

const json &JsonFields::array(const char *name) {
  const auto *field = find(name, "a list", &json::is_array);
  return field ? *field : emptyArray;
}

const json &JsonFields::object(const char *name) {
  const auto *field = find(name, "an object", &json::is_object);
  return field ? *field : emptyObject;
}

Status JsonFields::finish() const {
  if (!first)
    return first;
  for (const auto &[name, value] : fields.items())
    if (std::find(known.begin(), known.end(), name) == known.end())
      return Status::error(
          fmt::format("{}: unknown field `{}`{}", where, name, didYouMean(name, known)));
  return Status::ok();
}

std::string nearestName(std::string_view name, const std::vector<std::string> &candidates) {
  std::string best;
  size_t least = std::max<size_t>(name.size() / 2, 2) + 1;
  for (const std::string &candidate : candidates) {
    // A beginning that was cut short is meant more often than its edit distance says.
    bool prefix = name.size() >= 3 && candidate.starts_with(name);
    size_t distance = prefix ? 1 : editDistance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string didYouMean(std::string_view name, const std::vector<std::string> &candidates) {
  std::string nearest = nearestName(name, candidates);
  return nearest.empty() ? "" : fmt::format("; did you mean `{}`?", nearest);
}

} // namespace rx::runtime
