# Writes OUT, a CTest file with a test PREFIX.<id> for each test that RUNNER lists, and PREFIX.not-run, which names the others.
execute_process(COMMAND ${RUNNER} --list_tests OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" lines "${output}")
set(content "add_test([=[${PREFIX}.members]=] [=[${RUNNER}]=] --members)\n")
string(APPEND content "add_test([=[${PREFIX}.not-run]=] [=[${RUNNER}]=] --list_skipped)\n"
                      "set_tests_properties([=[${PREFIX}.not-run]=] PROPERTIES SKIP_REGULAR_EXPRESSION [=[[(][0-9]+[)]]=])\n")
foreach(line IN LISTS lines)
  if(line MATCHES "^([^\t]+)\t([^\t]+)")
    string(APPEND content "add_test([=[${PREFIX}.${CMAKE_MATCH_1}]=] [=[${RUNNER}]=] [=[--run_test=${CMAKE_MATCH_2}]=])\n"
                          "set_tests_properties([=[${PREFIX}.${CMAKE_MATCH_1}]=] PROPERTIES TIMEOUT 120 "
                          "SKIP_REGULAR_EXPRESSION \"not run: [a-z]\")\n")
  endif()
endforeach()
file(WRITE ${OUT} "${content}")
