package kit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Arguments are a call's, by the documentation's names of its parameters. A value of another kind than is asked for is a
// fault of the adapter: then these methods panic.
type Arguments struct {
	session *session
	owner   any // whose member is called, or nil
	values  map[string]any
	arrays  map[string][]byte
}

// Has says whether there is such an argument.
func (a *Arguments) Has(name string) bool {
	_, ok := a.values[name]
	return ok
}

// Any gives an argument as it came.
func (a *Arguments) Any(name string) any { return a.values[name] }

// Int gives a number. One that came in as a text is taken, too: that is how handles travel.
func (a *Arguments) Int(name string) int {
	switch value := a.values[name].(type) {
	case int:
		return value
	case string:
		number, err := strconv.Atoi(value)
		if err == nil {
			return number
		}
	}
	panic(fmt.Sprintf("%s is no number: %v", name, a.values[name]))
}

// IntOr gives a number, or another where there is no such argument.
func (a *Arguments) IntOr(name string, otherwise int) int {
	if a.Has(name) {
		return a.Int(name)
	}
	return otherwise
}

// Bool gives a truth value.
func (a *Arguments) Bool(name string) bool {
	if value, ok := a.values[name].(bool); ok {
		return value
	}
	panic(fmt.Sprintf("%s is no Boolean: %v", name, a.values[name]))
}

// BoolOr gives a truth value, or another where there is no such argument.
func (a *Arguments) BoolOr(name string, otherwise bool) bool {
	if a.Has(name) {
		return a.Bool(name)
	}
	return otherwise
}

// Text gives a text; nil is a null.
func (a *Arguments) Text(name string) *string {
	switch value := a.values[name].(type) {
	case nil:
		return nil
	case string:
		return &value
	}
	panic(fmt.Sprintf("%s is no text: %v", name, a.values[name]))
}

// Bytes gives an array; nil is a null.
func (a *Arguments) Bytes(name string) []byte {
	switch value := a.values[name].(type) {
	case nil:
		return nil
	case []byte:
		return value
	case *Bytes:
		return value.array
	}
	panic(fmt.Sprintf("%s is no array: %v", name, a.values[name]))
}

// Enum gives an enumeration's value, by its name or as a number that need not be one of its own.
func Enum[E ~int](a *Arguments, name string, values map[string]E) E {
	switch value := a.values[name].(type) {
	case int:
		return E(value)
	case string:
		if found, ok := values[value]; ok {
			return found
		}
	}
	panic(fmt.Sprintf("%s has no such value: %v", name, a.values[name]))
}

// Object gives an object of the implementation; the zero value is a null.
func Object[T any](a *Arguments, name string) T {
	var none T
	if a.values[name] == nil {
		return none
	}
	if found, ok := a.values[name].(T); ok {
		return found
	}
	panic(fmt.Sprintf("%s is a %T", name, a.values[name]))
}

// arguments reads what the harness sent.
func (s *session) arguments(owner any, text json.RawMessage) (*Arguments, []string, error) {
	a := &Arguments{session: s, owner: owner, values: map[string]any{}, arrays: map[string][]byte{}}
	raw := map[string]json.RawMessage{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &raw); err != nil {
			return nil, nil, faultf(badParameters, "arguments: %v", err)
		}
	}
	var names []string
	for name, each := range raw {
		value, err := a.read(name, each)
		if err != nil {
			return nil, nil, err
		}
		a.values[name] = value
		names = append(names, name)
	}
	return a, names, nil
}

func (a *Arguments) read(name string, text json.RawMessage) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, faultf(badParameters, "%s: %v", name, err)
	}
	switch value := value.(type) {
	case json.Number:
		return integer(name, value)
	case map[string]any:
		return a.readSpecial(name, value)
	}
	return value, nil
}

func integer(name string, number json.Number) (any, error) {
	value, err := number.Int64()
	if err != nil || value > math.MaxInt || value < math.MinInt {
		return nil, faultf(badParameters, "%s: %s is no whole number", name, number)
	}
	return int(value), nil
}

// readSpecial reads what JSON has no type for: an object by its name, bytes, a callback.
func (a *Arguments) readSpecial(name string, value map[string]any) (any, error) {
	if object, ok := value["object"].(string); ok {
		found, arrays, err := a.session.objects.find(object)
		for each, array := range arrays {
			a.arrays[each] = array
		}
		return found, err
	}
	if content, ok := value["bytes"].(map[string]any); ok {
		array, err := makeBytes(content)
		a.arrays[name] = array
		return array, err
	}
	if as, ok := value["callback"].(string); ok {
		ends, _ := value["ends"].(string)
		calls, _ := value["calls"].(string)
		made := newCallback(a, ends, calls)
		a.session.objects.keep(as, made, a.arrays)
		return made, nil
	}
	return nil, faultf(badParameters, "%s: there is no such value", name)
}
