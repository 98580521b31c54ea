# Settings for the build of WAMR (feature `wamr` of the harness). WAMR's vector operators need the headers of SIMDe, which its
# build would clone. The installed headers are used instead (Debian: libsimde-dev). Without them WAMR is built without vector
# operators, which the harness detects.
find_path(SIMDE_HEADERS simde/wasm/simd128.h PATHS /usr/include /usr/local/include /opt/homebrew/include)
if(SIMDE_HEADERS)
  set(FETCHCONTENT_SOURCE_DIR_SIMDE "${SIMDE_HEADERS}" CACHE PATH "" FORCE)
else()
  set(WAMR_BUILD_SIMD 0 CACHE STRING "" FORCE)
endif()

# Keeps memories at the size that modules declare. WAMR would shrink those of modules that look like C programs.
set(WAMR_BUILD_SHRUNK_MEMORY 0 CACHE STRING "" FORCE)
