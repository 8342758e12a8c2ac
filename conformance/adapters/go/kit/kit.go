// Package kit speaks the adapter protocol (spec/adapter-protocol.md) for an implementation in Go. The implementation is
// told in tables: types, their constructors and their members, by the documentation's names.
//
// An entry's name is the member's with its parameters, in any order: "Read(buffer,offset,count)". A parameter that may
// be left out ends in a question mark: "CopyTo(destination,bufferSize?)". A function that panics, or asks for an argument
// that is of another kind, is the adapter's fault and not the implementation's.
package kit

import (
	"fmt"
	"os"
)

// Implementation is what is tested.
type Implementation struct {
	Name, Version string
	// Lacks are the capabilities of spec/capabilities.yaml that it has not.
	Lacks []string
	// Types are looked at in this order: an object is of the first that it fits.
	Types []Type
	// Describe tells what the documentation would call an error.
	Describe func(error) Thrown
}

// Thrown is an error in the documentation's words.
type Thrown struct {
	Type      string
	Parameter string // "" where none is named
	Message   string
	Token     any // the cancellation token that it carries, or nil
}

// Members is a table of functions by the members' names with their parameters.
type Members[T any] map[string]func(object T, a *Arguments) (any, error)

// Functions is a table of constructors or static members by their names with their parameters.
type Functions map[string]func(a *Arguments) (any, error)

// Properties is a table of properties' values.
type Properties[T any] map[string]func(object T) (any, error)

// Setters is a table of properties that can be set. The new value is the argument "value".
type Setters[T any] map[string]func(object T, a *Arguments) error

// Class is a type of the implementation, whose objects are T.
type Class[T any] struct {
	Name string
	// As tells whether an object is of the type. Left out, T decides.
	As     func(object any) (T, bool)
	New    Functions
	Static Functions
	Get    Properties[T]
	Set    Setters[T]
	Call   Members[T]
}

// Type is a class as the kit keeps it.
type Type struct {
	name      string
	is        func(any) bool
	construct Functions
	static    Functions
	get       map[string]func(any) (any, error)
	set       map[string]func(any, *Arguments) error
	call      map[string]func(any, *Arguments) (any, error)
}

// Type makes a class one of an implementation's types.
func (c Class[T]) Type() Type {
	as := c.As
	if as == nil {
		as = func(object any) (T, bool) {
			found, ok := object.(T)
			return found, ok
		}
	}
	sure := func(object any) T {
		found, _ := as(object)
		return found
	}
	t := Type{
		name:      c.Name,
		is:        func(object any) bool { _, ok := as(object); return ok },
		construct: Functions{},
		static:    Functions{},
		get:       map[string]func(any) (any, error){},
		set:       map[string]func(any, *Arguments) error{},
		call:      map[string]func(any, *Arguments) (any, error){},
	}
	for name, function := range c.New {
		enter(t.construct, name, function)
	}
	for name, function := range c.Static {
		enter(t.static, name, function)
	}
	for name, get := range c.Get {
		get := get
		t.get[name] = func(object any) (any, error) { return get(sure(object)) }
	}
	for name, set := range c.Set {
		set := set
		t.set[name] = func(object any, a *Arguments) error { return set(sure(object), a) }
	}
	for name, call := range c.Call {
		call := call
		enter(t.call, name, func(object any, a *Arguments) (any, error) { return call(sure(object), a) })
	}
	return t
}

// Run answers the harness until it hangs up. It does not return.
func Run(implementation Implementation) {
	session, err := connect(implementation)
	if err == nil {
		err = session.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	os.Exit(0)
}

// Only is what a member gives that returns nothing.
func Only(err error) (any, error) { return nil, err }

// Value is what a member gives that returns a value or an error.
func Value[T any](value T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return value, nil
}
