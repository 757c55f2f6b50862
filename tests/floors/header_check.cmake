# header_check: compiles every header under src/ alone, so that none leans on what its includers happened to
# include first. Not part of the default build; `cmake --build --preset debug --target header_check`.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/src/*.hpp)
set(units)
set(modules)
foreach(header IN LISTS headers)
  get_filename_component(folder ${header} DIRECTORY)
  string(REGEX REPLACE "/.*" "" module ${folder})
  # A program's headers belong to no library that would say what they link with.
  if(NOT TARGET covey_${module})
    continue()
  endif()
  list(APPEND modules ${module})
  string(REGEX REPLACE "[/.]" "_" unit ${header})
  set(unit ${CMAKE_CURRENT_BINARY_DIR}/header_check/${unit}.cpp)
  file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"${header}\"\n#include \"${header}\"\n" @ONLY)
  list(APPEND units ${unit})
endforeach()
list(REMOVE_DUPLICATES modules)
list(TRANSFORM modules PREPEND covey_)

add_library(header_check OBJECT EXCLUDE_FROM_ALL ${units})
target_link_libraries(header_check PRIVATE covey_warnings ${modules})
# Nothing runs this code: only whether it compiles matters.
target_compile_options(header_check PRIVATE -O0 -g0)
