package main

import (
	"pipects/kit"
	"pipects/pipes"
)

// synchronized is a static member that every stream's type inherits.
var synchronized = kit.Functions{
	"Synchronized(stream)": func(a *kit.Arguments) (any, error) {
		return kit.Value(pipes.Synchronized(kit.Object[pipes.Stream](a, "stream")))
	},
}

// streamType is what all streams have, those that are no pipes as well.
func streamType() kit.Type {
	type stream = pipes.Stream
	dispose := func(s stream, _ *kit.Arguments) (any, error) {
		s.Dispose()
		return nil, nil
	}
	class := kit.Class[stream]{
		Name:   "Stream",
		Static: synchronized,
		Get: kit.Properties[stream]{
			"CanRead":      func(s stream) (any, error) { return s.CanRead(), nil },
			"CanSeek":      func(s stream) (any, error) { return s.CanSeek(), nil },
			"CanTimeout":   func(s stream) (any, error) { return s.CanTimeout(), nil },
			"CanWrite":     func(s stream) (any, error) { return s.CanWrite(), nil },
			"Length":       func(s stream) (any, error) { return kit.Value(s.Length()) },
			"Position":     func(s stream) (any, error) { return kit.Value(s.Position()) },
			"ReadTimeout":  func(s stream) (any, error) { return kit.Value(s.Timeout()) },
			"WriteTimeout": func(s stream) (any, error) { return kit.Value(s.Timeout()) },
		},
		Set: kit.Setters[stream]{
			"Position":     setPosition[stream],
			"ReadTimeout":  setTimeout[stream],
			"WriteTimeout": setTimeout[stream],
		},
		Call: kit.Members[stream]{
			"Read(buffer,offset,count)": func(s stream, a *kit.Arguments) (any, error) {
				return kit.Value(s.Read(a.Bytes("buffer"), a.Int("offset"), a.Int("count")))
			},
			"Read(buffer)": func(s stream, a *kit.Arguments) (any, error) {
				return kit.Value(s.ReadSpan(a.Bytes("buffer")))
			},
			"ReadByte()": func(s stream, _ *kit.Arguments) (any, error) { return kit.Value(s.ReadByteOrEnd()) },
			"Write(buffer,offset,count)": func(s stream, a *kit.Arguments) (any, error) {
				return kit.Only(s.Write(a.Bytes("buffer"), a.Int("offset"), a.Int("count")))
			},
			"Write(buffer)": func(s stream, a *kit.Arguments) (any, error) {
				return kit.Only(s.WriteSpan(a.Bytes("buffer")))
			},
			"WriteByte(value)": func(s stream, a *kit.Arguments) (any, error) {
				return kit.Only(s.WriteByte(byte(a.Int("value"))))
			},
			"Seek(offset,origin)": func(s stream, a *kit.Arguments) (any, error) {
				return kit.Value(s.Seek(int64(a.Int("offset")), 0))
			},
			"SetLength(value)": func(s stream, a *kit.Arguments) (any, error) {
				return kit.Only(s.SetLength(int64(a.Int("value"))))
			},
			"Flush()":        func(s stream, _ *kit.Arguments) (any, error) { return kit.Only(s.Flush()) },
			"Dispose()":      dispose,
			"Close()":        dispose,
			"DisposeAsync()": func(s stream, _ *kit.Arguments) (any, error) { return pipes.DisposeAsync(s), nil },
		},
	}
	for name, member := range asynchronous() {
		class.Call[name] = member
	}
	return class.Type()
}
