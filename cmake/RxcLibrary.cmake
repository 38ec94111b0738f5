# One CMake library per folder; links are private unless a header needs them.

# rxc_library(NAME SOURCES a.cpp ... [LINKS lib ...])
function(rxc_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINKS})
endfunction()

# rxc_take_precompiled(EXECUTABLE LIBRARY): compiled as code of libraries is, which is all that
# keeps an executable from taking the precompiled headers of one.
function(rxc_take_precompiled name library)
  target_compile_options(${name} PRIVATE -fPIC)
  target_precompile_headers(${name} REUSE_FROM ${library})
endfunction()

# rxc_tool(NAME SOURCES main.cpp ... [LINKS lib ...])
function(rxc_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS})
endfunction()

# rxc_test(NAME SOURCES XTest.cpp ... [LINKS lib ...] [PRECOMPILED lib]): a GoogleTest binary, one
# ctest entry. PRECOMPILED: whose precompiled headers it takes.
function(rxc_test name)
  cmake_parse_arguments(ARG "" "PRECOMPILED" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(ARG_PRECOMPILED)
    rxc_take_precompiled(${name} ${ARG_PRECOMPILED})
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()
