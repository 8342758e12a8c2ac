package pipes

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"
)

func TestDisposeEndsWhatWaits(t *testing.T) {
	server, client := pair(t, Out)
	byCall := make(chan error, 1)
	go func() {
		_, err := client.ReadSpan(make([]byte, 1))
		byCall <- err
	}()
	begun(t, &client.reads)
	task, err := client.ReadMemoryAsync(make([]byte, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	within(t, func() {
		client.Dispose()
		mustThrow(t, <-byCall, "IOException", "")
		_, err := task.Wait()
		mustThrow(t, err, "IOException", "")
	})
	if server.handle.IsClosed() {
		t.Fatal("the other end was closed as well")
	}
}

func TestATokenEndsAReadThatWaits(t *testing.T) {
	server, client := pair(t, Out)
	source := NewCancellationTokenSource()
	task, err := client.ReadMemoryAsync(make([]byte, 1), source.Token())
	if err != nil {
		t.Fatal(err)
	}
	queued, err := client.ReadMemoryAsync(make([]byte, 1), source.Token())
	if err != nil {
		t.Fatal(err)
	}
	within(t, func() {
		source.Cancel()
		for _, each := range []*Task{task, queued} {
			_, err := each.Wait()
			mustThrow(t, err, "OperationCanceledException", "")
			if e := err.(*Exception); e.Token != source.Token() || !each.IsCanceled() || each.IsFaulted() {
				t.Error("it does not say that its token cancelled it")
			}
		}
	})
	server.WriteByte(9)
	mustRead(t, client, []byte{9})
}

func TestWhoClosesTheClientsHandle(t *testing.T) {
	for name, given := range map[string]func(*AnonymousPipeServerStream){
		"nobody has it":           func(*AnonymousPipeServerStream) {},
		"a child has it":          func(s *AnonymousPipeServerStream) { s.GetClientHandleAsString() },
		"this process has it":     func(s *AnonymousPipeServerStream) { s.ClientSafePipeHandle() },
		"its own copy was closed": func(s *AnonymousPipeServerStream) { s.DisposeLocalCopyOfClientHandle() },
	} {
		server, err := NewServer(Out, Inheritable, 0)
		if err != nil {
			t.Fatal(err)
		}
		given(server)
		client := server.client
		server.Dispose()
		if client.IsClosed() != (name != "this process has it") {
			t.Errorf("%s: closed is %v", name, client.IsClosed())
		}
		client.Dispose()
	}
}

func TestAForgottenHandleIsClosed(t *testing.T) {
	fds := make([]int, 2)
	if err := syscall.Pipe2(fds, syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fds[1])
	NewSafePipeHandle(fds[0], true)
	link := "/proc/self/fd/" + strconv.Itoa(fds[0])
	for until := time.Now().Add(enough); ; time.Sleep(time.Millisecond) {
		runtime.GC()
		if _, err := os.Readlink(link); err != nil {
			return
		}
		if time.Now().After(until) {
			t.Fatal("it is still open")
		}
	}
}

func TestWhatARefusedClientLeavesOpen(t *testing.T) {
	file, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text := strconv.Itoa(int(file.Fd()))
	_, err = NewClient(In, &text)
	mustThrow(t, err, "ArgumentException", "pipeHandleAsString")
	if _, err := file.Stat(); err != nil {
		t.Fatal(err)
	}
}
