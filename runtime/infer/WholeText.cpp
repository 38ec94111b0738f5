#include "runtime/infer/WholeText.h"

#include <algorithm>

namespace rx::runtime {

Expected<WholeText> WholeText::create(const Bundle &bundle, Executor &executor,
                                      std::string_view model, int64_t texts) {
  std::string program = programOf(model);
  if (!bundle.plan().programs.contains(program))
    return makeError("{} has no program {}: it was compiled to read texts step by step only",
                     bundle.folder(), program);
  return WholeText(executor, std::move(program), texts);
}

Expected<HostTensor> WholeText::append(std::span<const std::vector<int32_t>> tokens) {
  size_t longest = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    texts[i].insert(texts[i].end(), tokens[i].begin(), tokens[i].end());
    longest = std::max(longest, texts[i].size());
  }
  // Shorter texts are filled up with token 0: no position sees a later one.
  int64_t count = std::ssize(texts), time = static_cast<int64_t>(longest);
  std::vector<int32_t> ids(count * time);
  for (int64_t i = 0; i < count; ++i)
    std::copy(texts[i].begin(), texts[i].end(), ids.begin() + i * time);
  Expected<HostTensor> x = HostTensor::of<int32_t>({count, time}, ids);
  if (!x)
    return std::move(x).status();
  Expected<TensorMap> results = executor->run(program, {{"x", std::move(*x)}});
  if (!results)
    return std::move(results).status();
  const HostTensor &all = results->at("logits");
  int64_t width = all.shape().back();
  std::vector<float> last(count * width);
  for (int64_t i = 0; i < count; ++i) {
    int64_t at = std::max<int64_t>(std::ssize(texts[i]) - 1, 0);
    auto row = all.values<float>().subspan((i * time + at) * width, width);
    std::copy(row.begin(), row.end(), last.begin() + i * width);
  }
  return HostTensor::of<float>({count, 1, width}, last);
}

} // namespace rx::runtime
