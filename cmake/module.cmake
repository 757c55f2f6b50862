# With COVEY_UNITY the sources of a module are compiled about a dozen at a time, in units of equal length: most of a
# unit's time goes to headers that its neighbours read as well. It suits builds of everything; for daily work, where
# one file changes, it is off. A source that has a UNITY_GROUP already stays in that.
option(COVEY_UNITY "Compile the sources of a module together" OFF)
set(COVEY_UNITY_BATCH 12 CACHE STRING "At most how many sources are compiled together")
function(compile_together target)
  if(NOT COVEY_UNITY)
    return()
  endif()
  set(ungrouped)
  foreach(source IN LISTS ARGN)
    get_property(group SOURCE ${source} PROPERTY UNITY_GROUP)
    if(NOT group)
      list(APPEND ungrouped ${source})
    endif()
  endforeach()
  list(LENGTH ungrouped sources)
  math(EXPR units "(${sources} + ${COVEY_UNITY_BATCH} - 1) / ${COVEY_UNITY_BATCH}")
  set(index 0)
  foreach(source IN LISTS ungrouped)
    math(EXPR unit "${index} * ${units} / ${sources}")
    set_property(SOURCE ${source} PROPERTY UNITY_GROUP ${unit})
    math(EXPR index "${index} + 1")
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # Every source looks like a header to GCC then, and it warns of coroutine frames that hold local types.
  target_compile_options(${target} PRIVATE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage>)
endfunction()

# The check that COVEY_UNITY makes necessary: a target NAME_alone that compiles each source by itself, and each header
# that no source of its name opens with, so that none leans on what its neighbours happened to include. Nothing comes
# out of it. `sources_alone` and `tests_alone` do so for all modules.
add_custom_target(sources_alone)
add_custom_target(tests_alone)
function(compile_alone target all)
  set(units)
  foreach(file IN LISTS ARGN)
    string(REGEX REPLACE "\\.hpp$" ".cpp" source ${file})
    if(source STREQUAL file)
      list(APPEND units ${file})
    elseif(NOT EXISTS ${source})
      get_filename_component(stem ${file} NAME_WE)
      set(unit ${CMAKE_CURRENT_BINARY_DIR}/alone/${stem}.cpp)
      file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"${file}\"\n#include \"${file}\"\n" @ONLY)
      list(APPEND units ${unit})
    endif()
  endforeach()
  add_library(${target}_alone OBJECT EXCLUDE_FROM_ALL ${units})
  target_link_libraries(${target}_alone PRIVATE $<TARGET_PROPERTY:${target},LINK_LIBRARIES>)
  target_compile_definitions(${target}_alone PRIVATE $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
  target_include_directories(${target}_alone PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_compile_options(${target}_alone PRIVATE -O0 -g0 -fsyntax-only)
  # ccache keeps nothing where there is no object.
  set_target_properties(${target}_alone PROPERTIES CXX_COMPILER_LAUNCHER "")
  add_dependencies(${all} ${target}_alone)
endfunction()

# module(NAME FLOOR n USES other-module... [LINKS library...] [PROTOS file...])
#
# One folder src/NAME: x.hpp, x.cpp and x_test.cpp side by side. A module may use only modules on
# strictly lower floors; tests/floors/check.py reads these declarations and every #include and enforces it.
function(module name)
  cmake_parse_arguments(M "" "FLOOR" "USES;LINKS;PROTOS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB headers CONFIGURE_DEPENDS *.hpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  set(target covey_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE covey_warnings)
    compile_together(${target} ${sources})
    compile_alone(${target} sources_alone ${sources} ${headers})
  else()
    add_library(${target} INTERFACE)  # headers only
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM M_USES PREPEND covey_)
  target_link_libraries(${target} ${scope} ${M_USES} ${M_LINKS})

  if(M_PROTOS)
    compile_protos(covey_${name}_protos ${name} ${M_PROTOS})
    target_link_libraries(${target} ${scope} covey_${name}_protos)
  endif()

  if(BUILD_TESTING AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${target} covey_warnings GTest::gmock GTest::gtest_main)
    compile_together(${name}_test ${tests})
    compile_alone(${name}_test tests_alone ${tests})
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 300)
  endif()
endfunction()

# Generated Protocol Buffers code stands in a library of its own, built without our warnings.
function(compile_protos target module)
  set(out ${CMAKE_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${out}/${module})
  set(generated)
  foreach(proto IN LISTS ARGN)
    get_filename_component(stem ${proto} NAME_WE)
    add_custom_command(
      OUTPUT ${out}/${module}/${stem}.pb.cc ${out}/${module}/${stem}.pb.h
      COMMAND protobuf::protoc --cpp_out=${out} -I${CMAKE_SOURCE_DIR}/src ${module}/${proto}
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/src
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${proto} VERBATIM)
    list(APPEND generated ${out}/${module}/${stem}.pb.cc)
  endforeach()
  add_library(${target} STATIC ${generated})
  target_include_directories(${target} SYSTEM PUBLIC ${out})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf-lite)
endfunction()

# program(NAME USES module...): an executable from src/NAME; main and wiring, above all floors.
function(program name)
  cmake_parse_arguments(P "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  add_executable(${name} ${sources})
  list(TRANSFORM P_USES PREPEND covey_)
  target_link_libraries(${name} PRIVATE covey_warnings ${P_USES})
endfunction()
