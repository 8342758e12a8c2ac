# Run with -P: the whole output of SERVER, which starts the client beside it, for one line of input.
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/pipects-example-input "a line with blanks  and öäü\n\n")
execute_process(COMMAND ${SERVER} INPUT_FILE ${CMAKE_CURRENT_BINARY_DIR}/pipects-example-input
    OUTPUT_VARIABLE output RESULT_VARIABLE status TIMEOUT 30)
file(REMOVE ${CMAKE_CURRENT_BINARY_DIR}/pipects-example-input)
set(refused "Anonymous pipes do not support PipeTransmissionMode.Message ReadMode.")
set(expected "[SERVER] Setting ReadMode to \"Message\".
[SERVER] Exception:
    ${refused}
[SERVER] Current TransmissionMode: Byte.
[CLIENT] Setting ReadMode to \"Message\".
[CLIENT] Exception:
    ${refused}
[CLIENT] Current TransmissionMode: Byte.
[CLIENT] Wait for sync...
[SERVER] Enter text: [CLIENT] Echo: a line with blanks  and öäü
[CLIENT] Press Enter to continue...
[SERVER] Client quit. Server terminating.
")
if(NOT status EQUAL 0 OR NOT output STREQUAL expected)
    message(FATAL_ERROR "status ${status}, output:\n${output}\nexpected:\n${expected}")
endif()
