package pipes

// Numbers of system calls that package syscall has no names for.
const (
	sysPreadv2  = 286
	sysPwritev2 = 287
)
