package kit

import (
	"reflect"
	"sync"
)

// objects is what the harness has given names to.
type objects struct {
	mu     sync.Mutex
	named  map[string]any
	arrays map[string]map[string][]byte // by the name of an operation: the arrays of the call that began it
}

// find gives the object of a name, and the arrays that belong to it.
func (o *objects) find(name string) (any, map[string][]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if object, ok := o.named[name]; ok {
		return object, o.arrays[name], nil
	}
	return nil, nil, faultf(noObject, "there is no object %s", name)
}

// keep names an object. Arrays are those of the call that made it.
func (o *objects) keep(name string, object any, arrays map[string][]byte) {
	if name == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.named[name] = object
	delete(o.arrays, name)
	if len(arrays) > 0 {
		o.arrays[name] = arrays
	}
}

// nameOf gives the name that the very object has, or "".
func (o *objects) nameOf(object any) string {
	if object == nil || !reflect.TypeOf(object).Comparable() {
		return ""
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for name, each := range o.named {
		if each != nil && reflect.TypeOf(each).Comparable() && each == object {
			return name
		}
	}
	return ""
}

// drop forgets names, all of them if names is nil, and gives what they stood for.
func (o *objects) drop(names *[]string) []any {
	o.mu.Lock()
	defer o.mu.Unlock()
	var dropped []any
	if names == nil {
		for _, object := range o.named {
			dropped = append(dropped, object)
		}
		o.named = map[string]any{}
		o.arrays = map[string]map[string][]byte{}
		return dropped
	}
	for _, name := range *names {
		dropped = append(dropped, o.named[name])
	}
	o.named = without(o.named, *names)
	o.arrays = without(o.arrays, *names)
	return dropped
}

// without gives a map without some names, in memory of its own: while a map grows, its old part may go on holding what
// is deleted from it.
func without[T any](all map[string]T, names []string) map[string]T {
	left := make(map[string]T, len(all))
	for name, each := range all {
		left[name] = each
	}
	for _, name := range names {
		delete(left, name)
	}
	return left
}
