#include "compiler/lower/ModelBytes.h"

#include "compiler/lower/PanelUses.h"
#include "dialects/rx/Rx.h"
#include "dialects/rxt/Rxt.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace rx::compiler {

namespace {

class ModelBytes {
public:
  explicit ModelBytes(ModuleOp module)
      : symbols(module), buffersOf(module->getAttrOfType<DictionaryAttr>(modelBuffersAttribute)) {
    module.walk([&](rxt::ParamOp param) { addRead(param.getBuffers()); });
    for (auto buffer : module.getOps<rxt::BufferOp>())
      addRead(buffer.getInputs());
  }

  void resolve(nlohmann::json &node) const {
    if (node.is_object() && node.contains("bytes_of"))
      node = bytesOf(node["bytes_of"].get<std::string>());
    else if (node.is_structured())
      for (nlohmann::json &child : node)
        resolve(child);
  }

private:
  void addRead(ArrayAttr names) { read.insert_range(names); }

  int64_t bytesOf(const std::string &model) const {
    int64_t bytes = 0;
    for (Attribute name : cast<ArrayAttr>(buffersOf.get(model)))
      bytes += bytesOf(symbols.lookup<rxt::BufferOp>(cast<FlatSymbolRefAttr>(name).getValue()));
    return bytes;
  }

  int64_t bytesOf(rxt::BufferOp buffer) const {
    auto type = cast<rxt::TensorType>(buffer.getType());
    int64_t elements = type.elementCount().constant();
    auto bytesIn = [&](rx_dtype element) {
      return elements / rx_dtype_block_elements(element) * rx_dtype_block_bytes(element);
    };
    if (auto text = buffer->getAttrOfType<StringAttr>(formAttribute))
      return bytesIn(PanelForm::parse(text.getValue())->element);
    auto stored = buffer->getAttrOfType<StringAttr>(storedAttribute);
    auto element = stored ? dtypeNamed(stored.getValue()) : std::nullopt;
    if (element && !buffer.getVia() && !read.contains(FlatSymbolRefAttr::get(buffer)))
      return bytesIn(*element);
    return elements * type.getElementType().getIntOrFloatBitWidth() / 8;
  }

  SymbolTable symbols;
  DictionaryAttr buffersOf;
  llvm::DenseSet<Attribute> read;
};

} // namespace

void noteModelBuffers(ModuleOp module) {
  NamedAttrList buffersOf;
  module.walk([&](Operation *model) {
    auto name = model->getAttrOfType<StringAttr>(sizedAttribute);
    if (!name)
      return;
    llvm::SetVector<Attribute> buffers;
    model->walk([&](rxd::ParamOp param) { buffers.insert_range(param.getBuffers()); });
    buffersOf.set(name, ArrayAttr::get(module.getContext(), buffers.getArrayRef()));
  });
  if (!buffersOf.empty())
    module->setAttr(modelBuffersAttribute, buffersOf.getDictionary(module.getContext()));
}

void resolveModelBytes(ModuleOp module, nlohmann::json &experiment) {
  if (module->hasAttr(modelBuffersAttribute))
    ModelBytes(module).resolve(experiment);
}

} // namespace rx::compiler
