package pipes

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

// enough is how long a test waits for what must come, in a run that is slow.
const enough = 20 * time.Second

// pair is a server and a client in this process.
func pair(t *testing.T, direction PipeDirection) (*AnonymousPipeServerStream, *AnonymousPipeClientStream) {
	t.Helper()
	server, err := NewServer(direction, None, 0)
	if err != nil {
		t.Fatal(err)
	}
	client, err := NewClientOnHandle(In+Out-direction, server.ClientSafePipeHandle())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Dispose()
		client.Dispose()
	})
	return server, client
}

func mustThrow(t *testing.T, err error, kind, parameter string) {
	t.Helper()
	var e *Exception
	if !errors.As(err, &e) || e.Type != kind || e.Parameter != parameter {
		t.Fatalf("%v, not a %s about '%s'", err, kind, parameter)
	}
}

func mustRead(t *testing.T, from interface {
	ReadExactlySpan([]byte) error
}, wanted []byte) {
	t.Helper()
	found := make([]byte, len(wanted))
	if err := from.ReadExactlySpan(found); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(found, wanted) {
		t.Fatal("other bytes came than were written")
	}
}

// within fails the test unless what f does ends.
func within(t *testing.T, f func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f()
	}()
	select {
	case <-ended:
	case <-time.After(enough):
		t.Fatal("it did not end")
	}
}

// begun waits until an operation has taken its place in a queue.
func begun(t *testing.T, q *queue) {
	t.Helper()
	for until := time.Now().Add(enough); time.Now().Before(until); time.Sleep(time.Millisecond) {
		q.mu.Lock()
		taken := q.last != nil
		q.mu.Unlock()
		if taken {
			return
		}
	}
	t.Fatal("nothing has begun")
}
