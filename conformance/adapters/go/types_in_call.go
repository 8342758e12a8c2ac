package main

import (
	"pipects/kit"
	"pipects/pipes"
)

// asynchronous are the members of a stream whose tasks have ended when the call returns.
func asynchronous() kit.Members[pipes.Stream] {
	type stream = pipes.Stream
	type transfer = func(stream, []byte, *pipes.CancellationToken) (*pipes.Task, error)
	whole := func(do transfer) func(stream, *kit.Arguments) (any, error) {
		return func(s stream, a *kit.Arguments) (any, error) {
			return kit.Value(do(s, a.Bytes("buffer"), token(a)))
		}
	}
	part := func(do transfer) func(stream, *kit.Arguments) (any, error) {
		return func(s stream, a *kit.Arguments) (any, error) {
			bytes, err := pipes.Part(a.Bytes("buffer"), a.Int("offset"), a.Int("count"))
			if err != nil {
				return nil, err
			}
			return kit.Value(do(s, bytes, token(a)))
		}
	}
	type begun = func(stream, []byte, int, int, func(*pipes.AsyncResult), any) (*pipes.AsyncResult, error)
	begin := func(do begun) func(stream, *kit.Arguments) (any, error) {
		return func(s stream, a *kit.Arguments) (any, error) {
			return kit.Value(do(s, a.Bytes("buffer"), a.Int("offset"), a.Int("count"),
				kit.Callback[*pipes.AsyncResult](a, "callback"), a.Any("state")))
		}
	}
	return kit.Members[stream]{
		"BeginRead(buffer,offset,count,callback,state)":  begin(pipes.BeginRead),
		"BeginWrite(buffer,offset,count,callback,state)": begin(pipes.BeginWrite),
		"CopyTo(destination,bufferSize?)": func(s stream, a *kit.Arguments) (any, error) {
			return kit.Only(pipes.CopyTo(s, destination(a), copySize(a)))
		},
		"CopyToAsync(destination,bufferSize?,cancellationToken?)": func(s stream, a *kit.Arguments) (any, error) {
			return kit.Value(pipes.CopyToAsync(s, destination(a), copySize(a), token(a)))
		},
		"EndRead(asyncResult)": func(s stream, a *kit.Arguments) (any, error) {
			return kit.Value(pipes.EndRead(s, result(a)))
		},
		"EndWrite(asyncResult)": func(s stream, a *kit.Arguments) (any, error) {
			return kit.Only(pipes.EndWrite(s, result(a)))
		},
		"ReadAtLeast(buffer,minimumBytes,throwOnEndOfStream?)": func(s stream, a *kit.Arguments) (any, error) {
			return kit.Value(pipes.ReadAtLeast(
				s, a.Bytes("buffer"), a.Int("minimumBytes"), a.BoolOr("throwOnEndOfStream", true)))
		},
		"ReadAtLeastAsync(buffer,minimumBytes,throwOnEndOfStream?,cancellationToken?)": func(
			s stream, a *kit.Arguments,
		) (any, error) {
			return kit.Value(pipes.ReadAtLeastAsync(
				s, a.Bytes("buffer"), a.Int("minimumBytes"), a.BoolOr("throwOnEndOfStream", true), token(a)))
		},
		"ReadExactly(buffer)": func(s stream, a *kit.Arguments) (any, error) {
			return kit.Only(pipes.ReadExactly(s, a.Bytes("buffer")))
		},
		"ReadExactly(buffer,offset,count)": func(s stream, a *kit.Arguments) (any, error) {
			bytes, err := pipes.Part(a.Bytes("buffer"), a.Int("offset"), a.Int("count"))
			if err != nil {
				return nil, err
			}
			return kit.Only(pipes.ReadExactly(s, bytes))
		},
		"ReadExactlyAsync(buffer,cancellationToken?)":              whole(pipes.ReadExactlyAsync),
		"ReadExactlyAsync(buffer,offset,count,cancellationToken?)": part(pipes.ReadExactlyAsync),
		"FlushAsync(cancellationToken?)": func(s stream, a *kit.Arguments) (any, error) {
			return kit.Value(pipes.FlushAsync(s, token(a)))
		},
		"ReadAsync(buffer,cancellationToken?)":               whole(pipes.ReadAsync),
		"ReadAsync(buffer,offset,count,cancellationToken?)":  part(pipes.ReadAsync),
		"WriteAsync(buffer,cancellationToken?)":              whole(pipes.WriteAsync),
		"WriteAsync(buffer,offset,count,cancellationToken?)": part(pipes.WriteAsync),
	}
}
