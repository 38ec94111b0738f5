#include "bench/forward/Model.h"

using namespace rx::runtime;

namespace rx::bench {

namespace {
constexpr std::string_view modelName = "source";
}

Model::Model(const std::string &bundleFolder, const std::string &folder, unsigned threads)
    : bundle(must(Bundle::open(bundleFolder))), files(folder),
      weights(bundle, files.loader(), files.rowLoader()),
      device(threads), executor(bundle, device, weights) {}

bool Model::decodes() const { return CachedDecoder::isDerivedFor(bundle, modelName); }

CachedDecoder Model::decoder(int64_t texts, int64_t capacity) {
  return must(CachedDecoder::create(bundle, executor, modelName, texts, capacity));
}

HostTensor Model::run(const std::string &program, const std::string &output,
                      std::span<const int32_t> tokens) {
  HostTensor ids = must(HostTensor::of<int32_t>({1, static_cast<int64_t>(tokens.size())}, tokens));
  TensorMap inputs{{"x", ids}, {"y", ids}};
  auto found = bundle.plan().programs.find(program);
  if (found == bundle.plan().programs.end())
    fail(bundle.folder() + " has no program called " + program);
  if (started.insert(program).second)
    inputs.merge(must(zeroStates(found->second, inputs)));
  return must(executor.run(program, inputs)).at(output);
}

} // namespace rx::bench
