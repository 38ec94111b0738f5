# Registers lit with ctest, included by tests/CMakeLists.txt: one entry per folder of tests/ that
# holds .mlir, .rx or .test files. tests/lit.cfg.py says how they run.
execute_process(COMMAND llvm-config-22 --bindir OUTPUT_VARIABLE llvm_bindir
                OUTPUT_STRIP_TRAILING_WHITESPACE)
find_program(RXC_LIT lit PATHS ${llvm_bindir} NO_DEFAULT_PATH REQUIRED)

file(GLOB_RECURSE lit_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
     ${CMAKE_CURRENT_SOURCE_DIR}/*.mlir ${CMAKE_CURRENT_SOURCE_DIR}/*.rx
     ${CMAKE_CURRENT_SOURCE_DIR}/*.test)
list(FILTER lit_files EXCLUDE REGEX "(^|/)Inputs/")
list(TRANSFORM lit_files REPLACE "/.*" "" OUTPUT_VARIABLE lit_suites)
list(REMOVE_DUPLICATES lit_suites)

foreach(suite ${lit_suites})
  add_test(NAME lit_${suite}
           COMMAND ${RXC_LIT} -v --show-unsupported --param build=${CMAKE_BINARY_DIR}
                   ${CMAKE_CURRENT_SOURCE_DIR}/${suite})
endforeach()
