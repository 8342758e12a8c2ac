package main

import (
	"pipects/kit"
	"pipects/pipes"
)

var directions = map[string]pipes.PipeDirection{"In": pipes.In, "Out": pipes.Out, "InOut": pipes.InOut}

func direction(a *kit.Arguments, otherwise pipes.PipeDirection) pipes.PipeDirection {
	if !a.Has("direction") {
		return otherwise
	}
	return kit.Enum(a, "direction", directions)
}

var inheritabilities = map[string]pipes.HandleInheritability{"None": pipes.None, "Inheritable": pipes.Inheritable}

func inheritability(a *kit.Arguments) pipes.HandleInheritability {
	if !a.Has("inheritability") {
		return pipes.None
	}
	return kit.Enum(a, "inheritability", inheritabilities)
}

func handle(a *kit.Arguments, name string) *pipes.SafePipeHandle {
	return kit.Object[*pipes.SafePipeHandle](a, name)
}

func newServer(a *kit.Arguments) (any, error) {
	return kit.Value(pipes.NewServer(direction(a, pipes.Out), inheritability(a), a.IntOr("bufferSize", 0)))
}

func serverType() kit.Type {
	type server = *pipes.AnonymousPipeServerStream
	return kit.Class[server]{
		Name: "AnonymousPipeServerStream",
		New: kit.Functions{
			"AnonymousPipeServerStream()":                                     newServer,
			"AnonymousPipeServerStream(direction)":                            newServer,
			"AnonymousPipeServerStream(direction,inheritability,bufferSize?)": newServer,
			"AnonymousPipeServerStream(direction,serverSafePipeHandle,clientSafePipeHandle)": func(
				a *kit.Arguments,
			) (any, error) {
				return kit.Value(pipes.NewServerOnHandles(
					direction(a, pipes.Out), handle(a, "serverSafePipeHandle"), handle(a, "clientSafePipeHandle")))
			},
		},
		Static: synchronized,
		Get: kit.Properties[server]{
			"ClientSafePipeHandle": func(s server) (any, error) { return s.ClientSafePipeHandle(), nil },
		},
		Call: kit.Members[server]{
			"GetClientHandleAsString()": func(s server, _ *kit.Arguments) (any, error) {
				return s.GetClientHandleAsString(), nil
			},
			"DisposeLocalCopyOfClientHandle()": func(s server, _ *kit.Arguments) (any, error) {
				s.DisposeLocalCopyOfClientHandle()
				return nil, nil
			},
		},
	}.Type()
}

func clientType() kit.Type {
	return kit.Class[*pipes.AnonymousPipeClientStream]{
		Name: "AnonymousPipeClientStream",
		New: kit.Functions{
			"AnonymousPipeClientStream(direction?,pipeHandleAsString)": func(a *kit.Arguments) (any, error) {
				return kit.Value(pipes.NewClient(direction(a, pipes.In), a.Text("pipeHandleAsString")))
			},
			"AnonymousPipeClientStream(direction,safePipeHandle)": func(a *kit.Arguments) (any, error) {
				return kit.Value(pipes.NewClientOnHandle(direction(a, pipes.In), handle(a, "safePipeHandle")))
			},
		},
		Static: synchronized,
	}.Type()
}

func safePipeHandleType() kit.Type {
	type safe = *pipes.SafePipeHandle
	return kit.Class[safe]{
		Name: "SafePipeHandle",
		New: kit.Functions{
			"SafePipeHandle()": func(*kit.Arguments) (any, error) { return pipes.NewSafePipeHandle(-1, true), nil },
			"SafePipeHandle(preexistingHandle,ownsHandle)": func(a *kit.Arguments) (any, error) {
				return pipes.NewSafePipeHandle(a.Int("preexistingHandle"), a.Bool("ownsHandle")), nil
			},
		},
		Get: kit.Properties[safe]{
			"IsInvalid": func(h safe) (any, error) { return h.IsInvalid(), nil },
			"IsClosed":  func(h safe) (any, error) { return h.IsClosed(), nil },
		},
		Call: kit.Members[safe]{
			"DangerousGetHandle()": func(h safe, _ *kit.Arguments) (any, error) { return h.DangerousGetHandle(), nil },
			"SetHandleAsInvalid()": func(h safe, _ *kit.Arguments) (any, error) {
				h.SetHandleAsInvalid()
				return nil, nil
			},
			"Close()": func(h safe, _ *kit.Arguments) (any, error) {
				h.Close()
				return nil, nil
			},
			"Dispose()": func(h safe, _ *kit.Arguments) (any, error) {
				h.Dispose()
				return nil, nil
			},
		},
	}.Type()
}
