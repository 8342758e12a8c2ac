//go:build !poll

package pipes

// callers are the synchronous calls that use a handle: the runtime's poller knows them.
type callers struct{}

func (callers) end() {}

func (s *PipeStream) readNow(t turn, buffer []byte) (int, error) { return s.read(t, buffer, nil) }

func (s *PipeStream) writeNow(t turn, buffer []byte) error { return s.write(t, buffer, nil) }
