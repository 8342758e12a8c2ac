package kit

import (
	"sync"
	"syscall"
)

// callback is what the implementation calls at an operation's end.
type callback struct {
	owner  any // whose member was given it
	run    func(result any) (any, error)
	caller int // the thread that began the call

	mu         sync.Mutex
	count      int
	sameThread bool
	called     chan struct{}
	value      any
	err        error
}

// newCallback makes one that calls two members, each unless it is "": ends with the result, then calls with nothing.
func newCallback(a *Arguments, ends, calls string) *callback {
	c := &callback{owner: a.owner, caller: syscall.Gettid(), called: make(chan struct{})}
	c.run = func(result any) (value any, err error) {
		if ends != "" {
			given := &Arguments{session: a.session, owner: c.owner, values: map[string]any{"asyncResult": result}}
			value, err = a.session.member(c.owner, overload(ends, []string{"asyncResult"}), given)
		}
		if calls != "" && err == nil {
			given := &Arguments{session: a.session, owner: c.owner, values: map[string]any{}}
			value, err = a.session.member(c.owner, overload(calls, nil), given)
		}
		return value, err
	}
	return c
}

// Callback gives the function that a callback's parameter is to get: nil for a null.
func Callback[T any](a *Arguments, name string) func(T) {
	c, _ := a.values[name].(*callback)
	if c == nil {
		return nil
	}
	return func(result T) { c.call(result) }
}

func (c *callback) call(result any) {
	value, err := c.run(result)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	if c.count == 1 {
		c.sameThread = syscall.Gettid() == c.caller
		c.value, c.err = value, err
		close(c.called)
	}
}

func callbackType() Type {
	return Class[*callback]{
		Name: "Callback",
		Get: Properties[*callback]{
			"Count": func(c *callback) (any, error) {
				c.mu.Lock()
				defer c.mu.Unlock()
				return c.count, nil
			},
			"SameThread": func(c *callback) (any, error) {
				c.mu.Lock()
				defer c.mu.Unlock()
				return c.sameThread, nil
			},
		},
		Call: Members[*callback]{
			"Wait()": func(c *callback, _ *Arguments) (any, error) {
				<-c.called
				return c.value, c.err
			},
		},
	}.Type()
}
