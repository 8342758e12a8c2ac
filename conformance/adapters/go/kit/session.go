package kit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
)

// session is a conversation with the harness.
type session struct {
	implementation Implementation
	types          []Type
	connection     net.Conn
	sending        sync.Mutex
	objects        objects
	lanes          lanes
}

// connect reaches the harness that the environment names.
func connect(implementation Implementation) (*session, error) {
	ignoreWakingSignal()
	connection, err := net.Dial("tcp", os.Getenv("PIPECTS_ADDRESS"))
	if err != nil {
		return nil, fmt.Errorf("PIPECTS_ADDRESS: %w", err)
	}
	return newSession(implementation, connection), nil
}

func newSession(implementation Implementation, connection net.Conn) *session {
	s := &session{implementation: implementation, connection: connection}
	s.types = append(append(s.types, implementation.Types...), s.ownTypes()...)
	s.objects.named = map[string]any{}
	s.objects.arrays = map[string]map[string][]byte{}
	s.lanes.serve = s.answer
	return s
}

// ignoreWakingSignal handles SIGUSR1 by doing nothing: the harness interrupts calls by it.
func ignoreWakingSignal() {
	taken := make(chan os.Signal, 1)
	signal.Notify(taken, syscall.SIGUSR1)
	go func() {
		for range taken {
			continue
		}
	}()
}

// run reads requests, and does nothing else, until the harness hangs up.
func (s *session) run() error {
	reader := bufio.NewReader(s.connection)
	for {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		s.take(line)
	}
}

func (s *session) take(line []byte) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		code := badMessage
		if json.Valid(line) {
			code = badParameters
		}
		s.reply(r.ID, nil, faultf(code, "%v", err))
		return
	}
	if r.Method == "hello" {
		s.reply(r.ID, s.hello(), nil)
		return
	}
	s.lanes.put(r)
}

func (s *session) hello() any {
	return map[string]any{
		"token": os.Getenv("PIPECTS_TOKEN"), "protocol": 1,
		"name": s.implementation.Name, "version": s.implementation.Version,
		"language": "Go", "runtime": runtime.Version(), "os": runtime.GOOS, "pid": os.Getpid(),
		"arguments": append([]string{}, os.Args[1:]...), "lacks": append([]string{}, s.implementation.Lacks...),
	}
}

// answer does what is asked and says what came of it.
func (s *session) answer(r request) {
	result, err := s.guarded(r)
	s.reply(r.ID, result, err)
	if r.Method == "exit" {
		os.Exit(r.Params.Status)
	}
}

// guarded makes of a panic, which is never the implementation's way to fail, a fault of the adapter.
func (s *session) guarded(r request) (result any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", cause, debug.Stack())
			err = faultf(broken, "%v", cause)
		}
	}()
	switch r.Method {
	case "create", "call", "get", "set", "transfer":
		return s.invoke(r)
	case "start":
		return startChild(r.Params)
	case "forget":
		s.forget(r.Params)
		return nil, nil
	case "exit":
		return nil, nil
	}
	return nil, faultf(noMethod, "there is no method %s", r.Method)
}

func (s *session) reply(id json.RawMessage, result any, err error) {
	if len(id) == 0 {
		id = json.RawMessage("null")
	}
	message := map[string]any{"jsonrpc": "2.0", "id": id}
	if err != nil {
		code := broken
		var f *fault
		if errors.As(err, &f) {
			code = f.code
		}
		message["error"] = map[string]any{"code": code, "message": err.Error()}
	} else {
		message["result"] = result
	}
	line, err := json.Marshal(message)
	if err != nil {
		line, _ = json.Marshal(map[string]any{
			"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": broken, "message": err.Error()}})
	}
	s.sending.Lock()
	defer s.sending.Unlock()
	if _, err := s.connection.Write(append(line, '\n')); err != nil {
		os.Exit(0) // the harness hung up
	}
}
