package pipes

import (
	"strconv"
	"syscall"
)

// AnonymousPipeServerStream makes a pipe: it is one end of it, and has the other to give away.
type AnonymousPipeServerStream struct {
	PipeStream
	client         *SafePipeHandle
	inheritability HandleInheritability
	// How the client's handle was handed out decides who closes it.
	asObject, asText bool
}

// newPipe makes a pipe of numbers above the standard streams': a child that gets other ones of these would not get its end.
func newPipe() (ends [2]int, err error) {
	const firstFree = 3
	if err = syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return ends, err
	}
	for at, end := range ends {
		if end >= firstFree {
			continue
		}
		moved, err := duplicated(end, firstFree)
		if err != nil {
			syscall.Close(ends[0])
			syscall.Close(ends[1])
			return ends, err
		}
		syscall.Close(end)
		ends[at] = moved
	}
	return ends, nil
}

// NewServer makes a pipe whose server's end goes in the direction. A size of 0 leaves the capacity to the system.
func NewServer(
	direction PipeDirection, inheritability HandleInheritability, size int,
) (*AnonymousPipeServerStream, error) {
	if err := checkDirection(direction); err != nil {
		return nil, err
	}
	if size < 0 {
		return nil, outOfRange("bufferSize")
	}
	if err := checkOneWay(direction); err != nil {
		return nil, err
	}
	if inheritability != None && inheritability != Inheritable {
		return nil, outOfRange("inheritability")
	}
	ends, err := newPipe()
	if err != nil {
		return nil, ioError(err.Error())
	}
	own, other := ends[0], ends[1]
	if direction == Out {
		own, other = other, own
	}
	s := &AnonymousPipeServerStream{client: NewSafePipeHandle(other, true), inheritability: inheritability}
	s.handle = NewSafePipeHandle(own, true)
	s.direction = direction
	if size > 0 {
		const setPipeSize = 1031 // what can't be had is not asked for twice: the size is a wish
		syscall.Syscall(syscall.SYS_FCNTL, uintptr(own), setPipeSize, uintptr(size))
	}
	if inheritability == Inheritable {
		syscall.Syscall(syscall.SYS_FCNTL, uintptr(other), syscall.F_SETFD, 0)
	}
	return s, nil
}

// NewServerOnHandles makes a server of a pipe that there is already.
func NewServerOnHandles(direction PipeDirection, server, client *SafePipeHandle) (*AnonymousPipeServerStream, error) {
	if err := checkDirection(direction); err != nil {
		return nil, err
	}
	if err := checkOneWay(direction); err != nil {
		return nil, err
	}
	switch {
	case server == nil:
		return nil, argumentNull("serverSafePipeHandle")
	case client == nil:
		return nil, argumentNull("clientSafePipeHandle")
	case server.IsInvalid():
		return nil, badArgument("serverSafePipeHandle", "The handle is invalid.")
	case client.IsInvalid():
		return nil, badArgument("clientSafePipeHandle", "The handle is invalid.")
	}
	for _, handle := range []*SafePipeHandle{server, client} {
		if err := handle.checkPipe(); err != nil {
			return nil, err
		}
	}
	s := &AnonymousPipeServerStream{client: client, asObject: true}
	s.handle = server
	s.direction = direction
	return s, nil
}

// GetClientHandleAsString gives the client's handle as an argument for a child.
func (s *AnonymousPipeServerStream) GetClientHandleAsString() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asText = true
	s.client.number.give()
	return strconv.Itoa(s.client.fd)
}

// ClientSafePipeHandle gives the client's handle to a client of this process, whose it then is.
func (s *AnonymousPipeServerStream) ClientSafePipeHandle() *SafePipeHandle {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asObject = true
	return s.client
}

// DisposeLocalCopyOfClientHandle closes what a child has inherited, so that its end shows.
func (s *AnonymousPipeServerStream) DisposeLocalCopyOfClientHandle() { s.client.Dispose() }

// Dispose closes the server's end, and the client's handle if nobody was given it, or a child its number.
// What a server gives out once it is closed is its user's affair.
func (s *AnonymousPipeServerStream) Dispose() {
	isFirst := s.shut()
	s.mu.Lock()
	inherited := s.asText && s.inheritability != None
	given := s.asText || s.asObject
	s.mu.Unlock()
	if isFirst && (inherited || !given) {
		s.client.Dispose()
	}
}
