package main

import (
	"pipects/kit"
	"pipects/pipes"
)

type pipe = *pipes.PipeStream

func asPipe(object any) (pipe, bool) {
	switch end := object.(type) {
	case *pipes.AnonymousPipeServerStream:
		return &end.PipeStream, true
	case *pipes.AnonymousPipeClientStream:
		return &end.PipeStream, true
	}
	return nil, false
}

// pipeType is what a server's and a client's end share. Closing is a stream's: a server does more than a pipe then.
func pipeType() kit.Type {
	return kit.Class[pipe]{
		Name:   "PipeStream",
		As:     asPipe,
		Static: synchronized,
		Get:    pipeProperties,
		Set:    pipeSetters,
		Call:   pipeMembers(),
	}.Type()
}

var modes = map[string]pipes.PipeTransmissionMode{"Byte": pipes.Byte, "Message": pipes.Message}

func named(mode pipes.PipeTransmissionMode, err error) (any, error) {
	return kit.Value(mode.String(), err)
}

var pipeProperties = kit.Properties[pipe]{
	"CanRead":           func(s pipe) (any, error) { return s.CanRead(), nil },
	"CanSeek":           func(s pipe) (any, error) { return s.CanSeek(), nil },
	"CanTimeout":        func(s pipe) (any, error) { return s.CanTimeout(), nil },
	"CanWrite":          func(s pipe) (any, error) { return s.CanWrite(), nil },
	"InBufferSize":      func(s pipe) (any, error) { return kit.Value(s.InBufferSize()) },
	"IsAsync":           func(s pipe) (any, error) { return s.IsAsync(), nil },
	"IsConnected":       func(s pipe) (any, error) { return s.IsConnected(), nil },
	"IsMessageComplete": func(s pipe) (any, error) { return kit.Value(s.IsMessageComplete()) },
	"Length":            func(s pipe) (any, error) { return kit.Value(s.Length()) },
	"OutBufferSize":     func(s pipe) (any, error) { return kit.Value(s.OutBufferSize()) },
	"Position":          func(s pipe) (any, error) { return kit.Value(s.Position()) },
	"ReadMode":          func(s pipe) (any, error) { return named(s.ReadMode()) },
	"ReadTimeout":       func(s pipe) (any, error) { return kit.Value(s.Timeout()) },
	"SafePipeHandle":    func(s pipe) (any, error) { return kit.Value(s.SafePipeHandle()) },
	"TransmissionMode":  func(s pipe) (any, error) { return named(s.TransmissionMode()) },
	"WriteTimeout":      func(s pipe) (any, error) { return kit.Value(s.Timeout()) },
}

func setPosition[S pipes.Stream](s S, a *kit.Arguments) error {
	return s.SetPosition(int64(a.Int("value")))
}

func setTimeout[S pipes.Stream](s S, a *kit.Arguments) error { return s.SetTimeout(a.Int("value")) }

var pipeSetters = kit.Setters[pipe]{
	"Position":     setPosition[pipe],
	"ReadMode":     func(s pipe, a *kit.Arguments) error { return s.SetReadMode(kit.Enum(a, "value", modes)) },
	"ReadTimeout":  setTimeout[pipe],
	"WriteTimeout": setTimeout[pipe],
}

func token(a *kit.Arguments) *pipes.CancellationToken {
	return kit.Object[*pipes.CancellationToken](a, "cancellationToken")
}

func destination(a *kit.Arguments) pipes.Stream { return kit.Object[pipes.Stream](a, "destination") }

func copySize(a *kit.Arguments) int { return a.IntOr("bufferSize", pipes.DefaultCopySize) }

func result(a *kit.Arguments) *pipes.AsyncResult {
	return kit.Object[*pipes.AsyncResult](a, "asyncResult")
}

func pipeMembers() kit.Members[pipe] {
	type arguments = *kit.Arguments
	return kit.Members[pipe]{
		"BeginRead(buffer,offset,count,callback,state)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.BeginRead(a.Bytes("buffer"), a.Int("offset"), a.Int("count"),
				kit.Callback[*pipes.AsyncResult](a, "callback"), a.Any("state")))
		},
		"BeginWrite(buffer,offset,count,callback,state)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.BeginWrite(a.Bytes("buffer"), a.Int("offset"), a.Int("count"),
				kit.Callback[*pipes.AsyncResult](a, "callback"), a.Any("state")))
		},
		"CopyTo(destination,bufferSize?)": func(s pipe, a arguments) (any, error) {
			return kit.Only(s.CopyTo(destination(a), copySize(a)))
		},
		"CopyToAsync(destination,bufferSize?,cancellationToken?)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.CopyToAsync(destination(a), copySize(a), token(a)))
		},
		"EndRead(asyncResult)":           func(s pipe, a arguments) (any, error) { return kit.Value(s.EndRead(result(a))) },
		"EndWrite(asyncResult)":          func(s pipe, a arguments) (any, error) { return kit.Only(s.EndWrite(result(a))) },
		"FlushAsync(cancellationToken?)": func(s pipe, a arguments) (any, error) { return s.FlushAsync(token(a)), nil },
		"ReadAsync(buffer,cancellationToken?)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.ReadMemoryAsync(a.Bytes("buffer"), token(a)))
		},
		"ReadAsync(buffer,offset,count,cancellationToken?)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.ReadAsync(a.Bytes("buffer"), a.Int("offset"), a.Int("count"), token(a)))
		},
		"ReadAtLeast(buffer,minimumBytes,throwOnEndOfStream?)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.ReadAtLeast(
				a.Bytes("buffer"), a.Int("minimumBytes"), a.BoolOr("throwOnEndOfStream", true)))
		},
		"ReadAtLeastAsync(buffer,minimumBytes,throwOnEndOfStream?,cancellationToken?)": func(
			s pipe, a arguments,
		) (any, error) {
			return kit.Value(s.ReadAtLeastAsync(
				a.Bytes("buffer"), a.Int("minimumBytes"), a.BoolOr("throwOnEndOfStream", true), token(a)))
		},
		"ReadExactly(buffer)": func(s pipe, a arguments) (any, error) {
			return kit.Only(s.ReadExactlySpan(a.Bytes("buffer")))
		},
		"ReadExactly(buffer,offset,count)": func(s pipe, a arguments) (any, error) {
			return kit.Only(s.ReadExactly(a.Bytes("buffer"), a.Int("offset"), a.Int("count")))
		},
		"ReadExactlyAsync(buffer,cancellationToken?)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.ReadExactlyMemoryAsync(a.Bytes("buffer"), token(a)))
		},
		"ReadExactlyAsync(buffer,offset,count,cancellationToken?)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.ReadExactlyAsync(a.Bytes("buffer"), a.Int("offset"), a.Int("count"), token(a)))
		},
		"Seek(offset,origin)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.Seek(int64(a.Int("offset")), 0))
		},
		"SetLength(value)": func(s pipe, a arguments) (any, error) {
			return kit.Only(s.SetLength(int64(a.Int("value"))))
		},
		"WaitForPipeDrain()": func(s pipe, _ arguments) (any, error) { return kit.Only(s.WaitForPipeDrain()) },
		"WriteAsync(buffer,cancellationToken?)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.WriteMemoryAsync(a.Bytes("buffer"), token(a)))
		},
		"WriteAsync(buffer,offset,count,cancellationToken?)": func(s pipe, a arguments) (any, error) {
			return kit.Value(s.WriteAsync(a.Bytes("buffer"), a.Int("offset"), a.Int("count"), token(a)))
		},
	}
}
