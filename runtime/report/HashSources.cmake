# cmake -DROOT=.. -DOUT=.. -DCOMPILER=.. -DVERSION=.. -P HashSources.cmake: writes RuntimeIdentity.h, with
# a hash over the sources of the runtime that decide about values. The file keeps its date while it says
# the same.
set(all "${COMPILER}\n")
foreach(part abi core io data device plan)
  file(GLOB sources "${ROOT}/${part}/*.h" "${ROOT}/${part}/*.cpp")
  foreach(source ${sources})
    file(SHA256 "${source}" digest)
    get_filename_component(name "${source}" NAME)
    string(APPEND all "${part}/${name} ${digest}\n")
  endforeach()
endforeach()
foreach(name DataRows RunFiles MetricRunner)
  file(SHA256 "${ROOT}/report/${name}.cpp" digest)
  string(APPEND all "report/${name} ${digest}\n")
endforeach()
string(SHA256 identity "${all}")
string(SUBSTRING "${identity}" 0 32 identity)
file(CONFIGURE OUTPUT "${OUT}" CONTENT
  "#define RXC_RUNTIME_IDENTITY \"${identity}\"\n#define RXC_VERSION \"${VERSION}\"\n")
