#include "compiler/target/LinkSharedObject.h"
#include "tests/compiler/target/KernelFixture.h"
#include <dlfcn.h>
#include <fstream>

namespace rx::compiler {

using LinkSharedObjectTest = KernelFixture;

TEST_F(LinkSharedObjectTest, ExportsEntriesOnly) {
  auto module = parse(R"(
    func.func private @helper(%x: f32) -> f32 attributes {no_inline} { return %x : f32 }
    func.func @entry(%launch: !llvm.ptr) {
      %x = llvm.load %launch : !llvm.ptr -> f32
      %y = func.call @helper(%x) : (f32) -> f32
      llvm.store %y, %launch : f32, !llvm.ptr
      return
    })");
  ObjectCache cache(folder);
  KernelObject object = expect(cache.get(*module, cpuTargets()[0], {.optLevel = 0}));
  std::string out = (folder + "/kernels.so").str();
  llvm::Error error = linkSharedObject({object.path, object.path}, out);
  ASSERT_FALSE(error) << llvm::toString(std::move(error));
  void *handle = dlopen(out.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_TRUE(handle) << dlerror();
  EXPECT_TRUE(dlsym(handle, object.symbol.c_str()));
  EXPECT_FALSE(dlsym(handle, "helper"));
  dlclose(handle);
}

// A program that only counts parameters has no kernels.
TEST_F(LinkSharedObjectTest, LinksNothing) {
  std::string out = (folder + "/kernels.so").str();
  llvm::Error error = linkSharedObject({}, out);
  ASSERT_FALSE(error) << llvm::toString(std::move(error));
  void *handle = dlopen(out.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_TRUE(handle) << dlerror();
  dlclose(handle);
}

TEST_F(LinkSharedObjectTest, RefusesForeignSymbols) {
  auto module = parse(R"(
    func.func private @launch_missiles()
    func.func @entry(%launch: !llvm.ptr) {
      func.call @launch_missiles() : () -> ()
      return
    })");
  ObjectCache cache(folder);
  KernelObject object = expect(cache.get(*module, cpuTargets()[0]));
  llvm::Error error = linkSharedObject(object.path, (folder + "/kernels.so").str());
  EXPECT_EQ(llvm::toString(std::move(error)),
            object.path + ": needs the symbol 'launch_missiles', which neither a kernel nor the C "
                          "math library defines");
  EXPECT_FALSE(llvm::sys::fs::exists(folder + "/kernels.so"));
}

TEST_F(LinkSharedObjectTest, NamesADamagedObject) {
  std::string path = (folder + "/bad.o").str();
  std::ofstream(path) << "no object";
  llvm::Error error = linkSharedObject(path, (folder + "/kernels.so").str());
  EXPECT_NE(llvm::toString(std::move(error)).find("bad.o: not an object file"), std::string::npos);
}

TEST_F(LinkSharedObjectTest, ReportsALinkerThatFails) {
  auto module = parse(elementwiseKernel("copy", "%y = arith.addf %x, %x : f32"));
  ObjectCache cache(folder);
  KernelObject object = expect(cache.get(*module, cpuTargets()[0]));
  setenv("RXC_LLD", "/bin/false", 1);
  llvm::Error error = linkSharedObject(object.path, (folder + "/kernels.so").str());
  unsetenv("RXC_LLD");
  EXPECT_NE(llvm::toString(std::move(error)).find("linking kernels with /bin/false failed"),
            std::string::npos);
}

} // namespace rx::compiler
