package kit

import (
	"encoding/hex"
	"errors"
	"fmt"
)

func isFault(err error) bool {
	var f *fault
	return errors.As(err, &f)
}

func (s *session) thrown(err error) map[string]any {
	t := s.implementation.Describe(err)
	threw := map[string]any{"type": t.Type, "parameter": nil, "message": t.Message}
	if t.Parameter != "" {
		threw["parameter"] = t.Parameter
	}
	if name := s.objects.nameOf(t.Token); name != "" {
		threw["token"] = name
	}
	return threw
}

// write gives what a member returned; what is no plain value is an object, whose name is to be as.
func (s *session) write(value any, as string) any {
	if array, ok := value.([]byte); ok {
		return map[string]any{"bytes": map[string]any{"hex": hex.EncodeToString(array)}}
	}
	kind := s.typeOf(value)
	if kind == "" {
		return plain(value)
	}
	written := map[string]any{"object": nil, "type": kind}
	if same := s.objects.nameOf(value); same != "" {
		written["same"] = same
	}
	if as != "" {
		written["object"] = as
	}
	return written
}

// plain gives a value that JSON has a type for; anything else is an object of a type that no table names.
func plain(value any) any {
	switch value.(type) {
	case nil, bool, string, int, int32, int64, float64, map[string]any:
		return value
	}
	return map[string]any{"object": nil, "type": fmt.Sprintf("%T", value)}
}
