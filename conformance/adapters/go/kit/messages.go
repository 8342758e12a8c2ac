package kit

import (
	"encoding/json"
	"fmt"
)

// request is a message of the harness.
type request struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params params          `json:"params"`
}

// params are all methods' parameters; each method has some of them.
type params struct {
	Type        string            `json:"type"`
	Object      string            `json:"object"`
	Member      string            `json:"member"`
	As          string            `json:"as"`
	Thread      string            `json:"thread"`
	Arguments   json.RawMessage   `json:"arguments"`
	Value       json.RawMessage   `json:"value"`
	Overload    []string          `json:"overload"`
	Pattern     uint64            `json:"pattern"`
	Total       *int              `json:"total"`
	Chunk       int               `json:"chunk"`
	Program     string            `json:"program"`
	Way         string            `json:"way"`
	Environment map[string]string `json:"environment"`
	Objects     *[]string         `json:"objects"`
	Dispose     bool              `json:"dispose"`
	Status      int               `json:"status"`
}

// Codes of JSON-RPC errors.
const (
	badMessage    = -32700
	noMethod      = -32601
	badParameters = -32602
	broken        = -32603
	notThere      = -32001
	noObject      = -32002
)

// fault is what the adapter, not the implementation, could not do.
type fault struct {
	code int
	text string
}

func (f *fault) Error() string { return f.text }

func faultf(code int, format string, arguments ...any) error {
	return &fault{code, fmt.Sprintf(format, arguments...)}
}
