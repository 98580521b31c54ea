# Read by the build of WAMR (feature `wamr` of the harness). Its vectors need the headers of SIMDe, which it would clone
# while it is built. They are taken from this machine instead (Debian: libsimde-dev); where they are not, WAMR is built
# without vectors, and the harness sees for itself that it has none.
find_path(SIMDE_HEADERS simde/wasm/simd128.h PATHS /usr/include /usr/local/include /opt/homebrew/include)
if(SIMDE_HEADERS)
  set(FETCHCONTENT_SOURCE_DIR_SIMDE "${SIMDE_HEADERS}" CACHE PATH "" FORCE)
else()
  set(WAMR_BUILD_SIMD 0 CACHE STRING "" FORCE)
endif()

# Memories are as large as their modules say, even in modules that look like C programs.
set(WAMR_BUILD_SHRUNK_MEMORY 0 CACHE STRING "" FORCE)
