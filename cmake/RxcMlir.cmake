# LLVM and MLIR, as shared objects only: Debian's static MLIR archives still load the shared LLVM,
# and two copies of MLIR in one process break its type ids.
execute_process(COMMAND llvm-config-22 --prefix OUTPUT_VARIABLE llvm_prefix OUTPUT_STRIP_TRAILING_WHITESPACE)
find_package(MLIR 22.1 REQUIRED CONFIG PATHS ${llvm_prefix}/lib/cmake/mlir NO_DEFAULT_PATH)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
add_library(rxc_mlir INTERFACE)
target_include_directories(rxc_mlir SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_link_libraries(rxc_mlir INTERFACE MLIR LLVM)
