# BLAKE3's official C code and SIMD assembly, from Debian's source package of the reference
# implementation. Set BLAKE3_SOURCE_DIR to build against another copy of its c/ folder.
if(NOT BLAKE3_SOURCE_DIR)
  file(GLOB blake3_candidates /usr/share/cargo/registry/blake3-1.*/c)
  list(POP_BACK blake3_candidates BLAKE3_SOURCE_DIR)
endif()
if(NOT EXISTS "${BLAKE3_SOURCE_DIR}/blake3_impl.h")
  message(FATAL_ERROR "BLAKE3's C sources are missing: run scripts/setup (package librust-blake3-dev)")
endif()

set(blake3_sources blake3.c blake3_dispatch.c blake3_portable.c)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND blake3_sources blake3_sse2_x86-64_unix.S blake3_sse41_x86-64_unix.S
    blake3_avx2_x86-64_unix.S blake3_avx512_x86-64_unix.S)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  list(APPEND blake3_sources blake3_neon.c)
endif()
list(TRANSFORM blake3_sources PREPEND "${BLAKE3_SOURCE_DIR}/")
add_library(blake3 STATIC ${blake3_sources})
target_include_directories(blake3 SYSTEM PUBLIC ${BLAKE3_SOURCE_DIR})
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(blake3 PRIVATE -O2)
endif()
