# The tests that read hostile input, once more under sanitizers; included by tests/CMakeLists.txt.
#   sanitized-tests   target: builds the test programs of the folders below
#   sanitized         ctest entry of a normal build: runs them from build/asan, the tree of the
#                     preset `asan`, and is skipped where that tree was not built
set(sanitized_folders runtime/core runtime/io runtime/data runtime/plan)

add_custom_target(sanitized-tests)
foreach(folder ${sanitized_folders})
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
    get_property(programs DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    foreach(program ${programs})
      get_target_property(kind ${program} TYPE)
      if(kind STREQUAL EXECUTABLE)
        add_dependencies(sanitized-tests ${program})
        string(APPEND sanitized_names "|${program}")
      endif()
    endforeach()
  endif()
endforeach()

if(NOT RXC_SANITIZE)
  string(REGEX REPLACE "^\\|" "" sanitized_names "${sanitized_names}")
  add_test(NAME sanitized
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/sanitized.sh ${CMAKE_SOURCE_DIR}/build/asan
                   "^(${sanitized_names})$")
  set_tests_properties(sanitized PROPERTIES SKIP_RETURN_CODE 77)
endif()
