# Run with -P: CLIENT without a handle opens no pipe and goes straight to its closing prompt.
execute_process(COMMAND ${CLIENT} INPUT_FILE /dev/null OUTPUT_VARIABLE output RESULT_VARIABLE status TIMEOUT 30)
if(NOT status EQUAL 0 OR NOT output STREQUAL "[CLIENT] Press Enter to continue...\n")
    message(FATAL_ERROR "status ${status}, output:\n${output}")
endif()
