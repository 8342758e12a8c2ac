# Run with -P: installs BUILD below SCRATCH, then builds the project in CONSUMER against that alone and runs its tests,
# as the README tells. Each row must pass, be skipped, or fail as the list of known deviations says.
file(REMOVE_RECURSE ${SCRATCH})
function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endfunction()
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${SCRATCH}/prefix)
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CONSUMER} -B ${SCRATCH}/build -DCMAKE_PREFIX_PATH=${SCRATCH}/prefix
    -DCMAKE_CXX_COMPILER=${COMPILER})
run(${CMAKE_COMMAND} --build ${SCRATCH}/build)
run(${SCRATCH}/build/own-conformance)
run(ctest --test-dir ${SCRATCH}/build -R [=[own\.(members|client\.refuse|declarations)]=])
