# The web UI in the program: built by npm from web/ (or taken from COVEY_WEB_DIST), compressed, and embedded by
# embed_assets.py. Without it the program has an empty table and a page that says so. The target
# covey_web_assets defines web::embedded_assets() of src/web/assets.hpp.
find_program(NPM npm)
if(NPM AND EXISTS ${CMAKE_SOURCE_DIR}/web/package-lock.json)
  set(possible ON)
else()
  set(possible OFF)
endif()
option(COVEY_WEB_UI "Build the web UI into the program (needs npm)" ${possible})
set(COVEY_WEB_DIST "" CACHE PATH "A web UI that is built already, to be embedded instead of building one")

set(out ${CMAKE_BINARY_DIR}/generated/web_ui)
file(MAKE_DIRECTORY ${out})
set(dist "")
set(built "")
if(COVEY_WEB_DIST)
  set(dist ${COVEY_WEB_DIST})
  file(GLOB_RECURSE built CONFIGURE_DEPENDS ${dist}/*)
elseif(COVEY_WEB_UI)
  set(web ${CMAKE_SOURCE_DIR}/web)
  set(dist ${out}/dist)
  set(built ${dist}/index.html)
  # npm writes this one itself, so that presets share what is installed.
  set(installed ${web}/node_modules/.package-lock.json)
  add_custom_command(OUTPUT ${installed}
    COMMAND ${NPM} ci --no-audit --no-fund --loglevel=error
    WORKING_DIRECTORY ${web} DEPENDS ${web}/package-lock.json
    COMMENT "Installing what the web UI is built with" VERBATIM)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/* ${web}/public/*)
  file(GLOB settings CONFIGURE_DEPENDS ${web}/*.html ${web}/*.json ${web}/*.ts ${web}/*.js ${web}/*.mjs ${web}/*.cjs)
  add_custom_command(OUTPUT ${built}
    COMMAND ${NPM} run --silent build -- --outDir ${dist} --emptyOutDir
    WORKING_DIRECTORY ${web} DEPENDS ${installed} ${sources} ${settings}
    COMMENT "Building the web UI" VERBATIM)
endif()

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_custom_command(OUTPUT ${out}/assets.cpp ${out}/assets.S
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/cmake/embed_assets.py "${dist}" ${out}
  DEPENDS ${CMAKE_SOURCE_DIR}/cmake/embed_assets.py ${built} VERBATIM)
add_library(covey_web_assets STATIC ${out}/assets.cpp ${out}/assets.S)
set_source_files_properties(${out}/assets.S PROPERTIES OBJECT_DEPENDS ${out}/assets.cpp)
target_include_directories(covey_web_assets PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(covey_web_assets PRIVATE covey_http)
