package kit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"
)

// echo is what these conversations are about: an implementation with one type.
type echo struct{ release chan struct{} }

func implementation() Implementation {
	return Implementation{
		Name:    "echo",
		Version: "1",
		Types: []Type{Class[*echo]{
			Name: "Echo",
			New: Functions{
				"Echo()": func(*Arguments) (any, error) { return &echo{make(chan struct{})}, nil },
			},
			Get: Properties[*echo]{
				"Self": func(e *echo) (any, error) { return e, nil },
			},
			Call: Members[*echo]{
				"Fill(buffer,value?)": func(_ *echo, a *Arguments) (any, error) {
					a.Bytes("buffer")[0] = byte(a.IntOr("value", 1))
					return nil, nil
				},
				"Fail()":    func(*echo, *Arguments) (any, error) { return nil, errors.New("refused") },
				"Panic()":   func(_ *echo, a *Arguments) (any, error) { return a.Int("nothing"), nil },
				"Release()": func(e *echo, _ *Arguments) (any, error) { close(e.release); return nil, nil },
				"Wait()":    func(e *echo, _ *Arguments) (any, error) { <-e.release; return nil, nil },
			},
		}.Type()},
		Describe: func(err error) Thrown { return Thrown{Type: "Refusal", Message: err.Error()} },
	}
}

// harness is the other side of a conversation.
type harness struct {
	t          *testing.T
	connection net.Conn
	reader     *bufio.Reader
	next       int
}

func converse(t *testing.T) *harness {
	ours, theirs := net.Pipe()
	session := newSession(implementation(), theirs)
	go session.run()
	t.Cleanup(func() { ours.Close() })
	ours.SetDeadline(time.Now().Add(20 * time.Second))
	return &harness{t: t, connection: ours, reader: bufio.NewReader(ours)}
}

func (h *harness) send(method, params string) int {
	h.t.Helper()
	h.next++
	if _, err := fmt.Fprintf(
		h.connection, `{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`+"\n", h.next, method, params); err != nil {
		h.t.Fatal(err)
	}
	return h.next
}

func (h *harness) receive() (id int, result any, code float64) {
	h.t.Helper()
	line, err := h.reader.ReadBytes('\n')
	if err != nil {
		h.t.Fatal(err)
	}
	var answer struct {
		ID     int
		Result any
		Error  struct{ Code float64 }
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		h.t.Fatal(err)
	}
	return answer.ID, answer.Result, answer.Error.Code
}

// ask sends a request and compares the answer's text: a result, or the code of an error.
func (h *harness) ask(method, params, wanted string) {
	h.t.Helper()
	h.send(method, params)
	_, result, code := h.receive()
	found, err := json.Marshal(result)
	if err != nil {
		h.t.Fatal(err)
	}
	if code != 0 {
		found = []byte(fmt.Sprint(code))
	}
	if string(found) != wanted {
		h.t.Fatalf("%s %s: %s, not %s", method, params, found, wanted)
	}
}

func TestAConversation(t *testing.T) {
	h := converse(t)
	for _, each := range [][3]string{
		{"create", `{"type":"Nobody","as":"x"}`, "-32001"},
		{"create", `{"type":"Echo","as":"x","arguments":{"more":1}}`, "-32001"},
		{"create", `{"type":"Echo","as":"x"}`, `{"returned":{"object":"x","type":"Echo"}}`},
		{"get", `{"object":"x","member":"Self"}`, `{"returned":{"object":null,"same":"x","type":"Echo"}}`},
		{"get", `{"object":"y","member":"Self"}`, "-32002"},
		{"call", `{"object":"x","member":"Nothing"}`, "-32001"},
		{"call", `{"object":"x","member":"Fail"}`, `{"threw":{"message":"refused","parameter":null,"type":"Refusal"}}`},
		{"call", `{"object":"x","member":"Panic"}`, "-32603"},
		{"call", `{"object":"x","member":"Fill","arguments":{"buffer":{"bytes":{"length":2}}}}`,
			`{"bytes":{"buffer":"01a5"},"returned":null}`},
		{"call", `{"object":"x","member":"Fill","arguments":{"value":2,"buffer":{"bytes":{"hex":"0000"}}}}`,
			`{"bytes":{"buffer":"0200"},"returned":null}`},
		{"set", `{"object":"x","member":"Self","value":1}`, "-32001"},
		{"create", `{"type":"Echo","as":"x","arguments":[]}`, "-32602"},
		{"nonsense", `{}`, "-32601"},
		{"forget", `{"dispose":true}`, "null"},
		{"get", `{"object":"x","member":"Self"}`, "-32002"},
	} {
		h.ask(each[0], each[1], each[2])
	}
}

func TestThreadsDoNotWaitForEachOther(t *testing.T) {
	h := converse(t)
	h.ask("create", `{"type":"Echo","as":"x"}`, `{"returned":{"object":"x","type":"Echo"}}`)
	waits := h.send("call", `{"object":"x","member":"Wait","thread":"other"}`)
	h.ask("call", `{"object":"x","member":"Release"}`, `{"returned":null}`)
	if id, _, code := h.receive(); id != waits || code != 0 {
		t.Fatal(id, code)
	}
}

func TestNonsenseIsAnswered(t *testing.T) {
	h := converse(t)
	for line, wanted := range map[string]float64{
		"{\n": badMessage, "[]\n": badParameters, `{"id":1,"method":7}` + "\n": badParameters,
	} {
		if _, err := h.connection.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
		if _, _, code := h.receive(); code != wanted {
			t.Fatalf("%q: %v", line, code)
		}
	}
}
