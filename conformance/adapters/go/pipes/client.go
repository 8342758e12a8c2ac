package pipes

import "strconv"

// AnonymousPipeClientStream is the end that a server gave away.
type AnonymousPipeClientStream struct{ PipeStream }

// NewClient makes a client of a handle as GetClientHandleAsString gives it; nil is a null.
func NewClient(direction PipeDirection, text *string) (*AnonymousPipeClientStream, error) {
	const name = "pipeHandleAsString"
	if err := checkDirection(direction); err != nil {
		return nil, err
	}
	if err := checkOneWay(direction); err != nil {
		return nil, err
	}
	if text == nil {
		return nil, argumentNull(name)
	}
	fd, err := strconv.ParseUint(*text, 10, 31)
	if err != nil {
		return nil, badArgument(name, "That is no handle.")
	}
	// Looked at before it is owned: what is refused stays open.
	if err := NewSafePipeHandle(int(fd), false).checkPipe(); err != nil {
		return nil, badArgument(name, "That is no handle of a pipe: "+err.Error())
	}
	return newClient(direction, adopt(int(fd))), nil
}

// NewClientOnHandle makes a client of a handle, which it then owns.
func NewClientOnHandle(direction PipeDirection, handle *SafePipeHandle) (*AnonymousPipeClientStream, error) {
	if err := checkDirection(direction); err != nil {
		return nil, err
	}
	if err := checkOneWay(direction); err != nil {
		return nil, err
	}
	switch {
	case handle == nil:
		return nil, argumentNull("safePipeHandle")
	case handle.IsInvalid():
		return nil, badArgument("safePipeHandle", "The handle is invalid.")
	}
	if err := handle.checkPipe(); err != nil {
		return nil, err
	}
	return newClient(direction, handle), nil
}

func newClient(direction PipeDirection, handle *SafePipeHandle) *AnonymousPipeClientStream {
	c := &AnonymousPipeClientStream{}
	c.handle = handle
	c.direction = direction
	return c
}
