package main

import (
	"pipects/kit"
	"pipects/pipes"
)

func taskType() kit.Type {
	type task = *pipes.Task
	return kit.Class[task]{
		Name: "Task",
		Get: kit.Properties[task]{
			"IsCompleted": func(t task) (any, error) { return t.IsCompleted(), nil },
			"IsCanceled":  func(t task) (any, error) { return t.IsCanceled(), nil },
			"IsFaulted":   func(t task) (any, error) { return t.IsFaulted(), nil },
		},
		Call: kit.Members[task]{
			"Wait()": func(t task, _ *kit.Arguments) (any, error) { return t.Wait() },
		},
	}.Type()
}

func asyncResultType() kit.Type {
	type operation = *pipes.AsyncResult
	return kit.Class[operation]{
		Name: "IAsyncResult",
		Get: kit.Properties[operation]{
			"IsCompleted":            func(r operation) (any, error) { return r.IsCompleted(), nil },
			"CompletedSynchronously": func(r operation) (any, error) { return r.CompletedSynchronously(), nil },
			"AsyncState":             func(r operation) (any, error) { return r.AsyncState(), nil },
		},
		Call: kit.Members[operation]{
			"WaitOne()": func(r operation, _ *kit.Arguments) (any, error) {
				r.WaitOne()
				return nil, nil
			},
		},
	}.Type()
}

func sourceType() kit.Type {
	type source = *pipes.CancellationTokenSource
	return kit.Class[source]{
		Name: "CancellationTokenSource",
		New: kit.Functions{
			"CancellationTokenSource()": func(*kit.Arguments) (any, error) {
				return pipes.NewCancellationTokenSource(), nil
			},
		},
		Get: kit.Properties[source]{
			"Token": func(s source) (any, error) { return s.Token(), nil },
		},
		Call: kit.Members[source]{
			"Cancel()": func(s source, _ *kit.Arguments) (any, error) {
				s.Cancel()
				return nil, nil
			},
			"Dispose()": func(s source, _ *kit.Arguments) (any, error) {
				s.Dispose()
				return nil, nil
			},
		},
	}.Type()
}

func tokenType() kit.Type {
	return kit.Class[*pipes.CancellationToken]{Name: "CancellationToken"}.Type()
}
