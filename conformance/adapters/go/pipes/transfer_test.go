package pipes

import (
	"bytes"
	"syscall"
	"testing"
)

const more = 1 << 20 // than a pipe holds

func TestBytesArriveBothWays(t *testing.T) {
	for _, direction := range []PipeDirection{In, Out} {
		server, client := pair(t, direction)
		content := bytes.Repeat([]byte("0123456789abcdef"), more/16)
		writer, reader := &server.PipeStream, &client.PipeStream
		if direction == In {
			writer, reader = reader, writer
		}
		written := make(chan error)
		go func() { written <- writer.WriteSpan(content) }()
		mustRead(t, reader, content)
		if err := <-written; err != nil {
			t.Fatal(err)
		}
		task, err := writer.WriteMemoryAsync(content, nil)
		if err != nil {
			t.Fatal(err)
		}
		mustRead(t, reader, content)
		if _, err := task.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDescriptorsStayInBlockingMode(t *testing.T) {
	server, client := pair(t, Out)
	task, err := client.ReadMemoryAsync(make([]byte, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.WriteByte(1); err != nil {
		t.Fatal(err)
	}
	task.Wait()
	for _, fd := range []int{server.handle.fd, client.handle.fd} {
		flags, _, e := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFL, 0)
		if e != 0 || flags&syscall.O_NONBLOCK != 0 {
			t.Fatalf("flags of %d: %x, %v", fd, flags, e)
		}
	}
}

func TestTheEndOfTheStream(t *testing.T) {
	server, client := pair(t, Out)
	server.WriteByte(7)
	server.Dispose()
	if value, err := client.ReadByteOrEnd(); value != 7 || err != nil {
		t.Fatal(value, err)
	}
	if value, err := client.ReadByteOrEnd(); value != -1 || err != nil {
		t.Fatal(value, err)
	}
	mustThrow(t, client.ReadExactlySpan(make([]byte, 1)), "EndOfStreamException", "")
}

func TestAWriteWithoutAReaderBreaksThePipe(t *testing.T) {
	server, client := pair(t, Out)
	client.Dispose()
	mustThrow(t, server.WriteByte(1), "IOException", "")
	if server.IsConnected() {
		t.Fatal("it does not know that it is broken")
	}
}

func TestDrainWaitsForTheLastByte(t *testing.T) {
	server, client := pair(t, Out)
	server.WriteSpan([]byte{1, 2})
	drained := make(chan error, 1)
	go func() { drained <- server.WaitForPipeDrain() }()
	mustRead(t, client, []byte{1})
	select {
	case <-drained:
		t.Fatal("it did not wait")
	default:
	}
	mustRead(t, client, []byte{2})
	within(t, func() {
		if err := <-drained; err != nil {
			t.Error(err)
		}
	})
}

func TestCopyTo(t *testing.T) {
	server, client := pair(t, Out)
	second, end := pair(t, Out)
	server.WriteSpan([]byte("copied"))
	server.Dispose()
	if err := client.CopyTo(second, 4); err != nil {
		t.Fatal(err)
	}
	mustRead(t, end, []byte("copied"))
}

func TestAttemptsDoNotWait(t *testing.T) {
	server, client := pair(t, Out)
	if n, err := tryRead(client.handle.fd, make([]byte, 1)); n != 0 || err != syscall.EAGAIN {
		t.Fatal(n, err)
	}
	first, err := tryWrite(server.handle.fd, make([]byte, more))
	if first <= 0 || first >= more || err != nil {
		t.Fatal(first, err)
	}
	if n, err := tryWrite(server.handle.fd, make([]byte, more)); n != 0 || err != syscall.EAGAIN {
		t.Fatal(n, err)
	}
	if !ready(client.handle.fd, pollIn) || ready(server.handle.fd, pollOut) {
		t.Fatal("a full pipe is to be read and not to be written")
	}
}
