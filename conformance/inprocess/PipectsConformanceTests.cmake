# pipects_add_conformance_tests(TARGET name SOURCES main.cpp… LIBRARIES library…
#                               [PREFIX inprocess] [DEVIATIONS file] [BINDING] [BINDING_HEADER header])
#
# Builds a runner of the case tables from a main.cpp that calls pipects::inprocess::Main with the implementation's
# traits, and makes each row a CTest test, PREFIX.<the row's id>. PREFIX.not-run is skipped, and names the rows that
# need more than one process, or what the implementation lacks.
#
# DEVIATIONS is a list of known deviations, the same file as the harness reads: what it lists may fail in just that
# way, and must. The program drafts it (--draft_deviations=FILE). PREFIX.members fails where a member is missing that the program's `lacks` does not name; rows that
# use it are skipped.
#
# BINDING adds the conformance of the C++ binding itself, for a library that has the documented C++ names
# (System::IO::Pipes::AnonymousPipeServerStream, …) in BINDING_HEADER (<System/IO/Pipes.hpp>).
set(PIPECTS_INPROCESS_DIR ${CMAKE_CURRENT_LIST_DIR})

function(pipects_add_conformance_tests)
  cmake_parse_arguments(PARSE_ARGV 0 arg "BINDING" "TARGET;PREFIX;DEVIATIONS;BINDING_HEADER" "SOURCES;LIBRARIES")
  if(NOT arg_TARGET OR NOT arg_SOURCES OR DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pipects_add_conformance_tests: TARGET and SOURCES are needed, and nothing else is known "
                        "but LIBRARIES, PREFIX, DEVIATIONS, BINDING and BINDING_HEADER (${arg_UNPARSED_ARGUMENTS})")
  endif()
  if(NOT arg_PREFIX)
    set(arg_PREFIX inprocess)
  endif()

  add_executable(${arg_TARGET} ${arg_SOURCES})
  target_link_libraries(${arg_TARGET} PRIVATE pipects::inprocess ${arg_LIBRARIES})
  target_compile_definitions(${arg_TARGET} PRIVATE PIPECTS_TESTS="${PIPECTS_TESTS_FILE}")
  # Unoptimized, what reads the rows takes ten times as long, and each row's process starts with it.
  target_compile_options(${arg_TARGET} PRIVATE $<$<OR:$<CONFIG:>,$<CONFIG:Debug>>:-Og>)
  if(arg_DEVIATIONS)
    get_filename_component(deviations ${arg_DEVIATIONS} ABSOLUTE)
    if(NOT EXISTS ${deviations})
      message(FATAL_ERROR "pipects_add_conformance_tests: there is no file of deviations ${deviations}")
    endif()
    target_compile_definitions(${arg_TARGET} PRIVATE PIPECTS_DEVIATIONS="${deviations}")
  endif()
  if(TARGET pipects-tests-json)
    add_dependencies(${arg_TARGET} pipects-tests-json)
  endif()
  if(arg_BINDING)
    if(NOT arg_BINDING_HEADER)
      set(arg_BINDING_HEADER "<System/IO/Pipes.hpp>")
    endif()
    file(GLOB binding CONFIGURE_DEPENDS ${PIPECTS_INPROCESS_DIR}/binding/*.cpp)
    target_sources(${arg_TARGET} PRIVATE ${binding})
    target_compile_definitions(${arg_TARGET} PRIVATE "PIPECTS_BINDING_HEADER=${arg_BINDING_HEADER}")
  endif()

  set(listed ${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}-tests.cmake)
  add_custom_command(
    OUTPUT ${listed}
    COMMAND ${CMAKE_COMMAND} -D "RUNNER=$<TARGET_FILE:${arg_TARGET}>" -D "PREFIX=${arg_PREFIX}" -D "OUT=${listed}"
            -P ${PIPECTS_INPROCESS_DIR}/PipectsDiscover.cmake
    DEPENDS ${arg_TARGET} ${PIPECTS_TESTS_FILE} ${PIPECTS_INPROCESS_DIR}/PipectsDiscover.cmake
    COMMENT "Listing the tests of ${arg_TARGET}"
    VERBATIM)
  add_custom_target(${arg_TARGET}-tests ALL DEPENDS ${listed})
  set(included ${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}-include.cmake)
  file(WRITE ${included} "if(EXISTS \"${listed}\")\n  include(\"${listed}\")\nelse()\n"
                         "  add_test(${arg_PREFIX}.not-built ${arg_TARGET}-not-built)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${included})
endfunction()
