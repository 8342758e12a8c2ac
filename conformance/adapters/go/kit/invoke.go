package kit

import "encoding/hex"

// mostShown is how long an array may be that an outcome shows.
const mostShown = 65536

// invoke touches the implementation and gives the outcome.
func (s *session) invoke(r request) (any, error) {
	p := r.Params
	var value any
	var a *Arguments
	var err error
	switch r.Method {
	case "create":
		a, value, err = s.create(p)
	case "call":
		a, value, err = s.call(p)
	case "get":
		value, err = s.get(p)
	case "set":
		err = s.set(p)
	case "transfer":
		value, err = s.transfer(p)
	}
	if isFault(err) {
		return nil, err
	}
	outcome := map[string]any{}
	if err != nil {
		outcome["threw"] = s.thrown(err)
	} else {
		outcome["returned"] = s.write(value, p.As)
		var arrays map[string][]byte
		if a != nil {
			arrays = a.arrays
		}
		s.objects.keep(p.As, value, arrays)
	}
	if a != nil && len(a.arrays) > 0 {
		outcome["bytes"] = shown(a.arrays)
	}
	return outcome, nil
}

func shown(arrays map[string][]byte) map[string]string {
	all := map[string]string{}
	for name, array := range arrays {
		if len(array) <= mostShown {
			all[name] = hex.EncodeToString(array)
		}
	}
	return all
}

func (s *session) create(p params) (*Arguments, any, error) {
	for _, t := range s.types {
		if t.name == p.Type {
			return s.function(t.construct, p, p.Type)
		}
	}
	return nil, nil, faultf(notThere, "there is no type %s", p.Type)
}

func (s *session) call(p params) (*Arguments, any, error) {
	if p.Object == "" {
		for _, t := range s.types {
			if t.name == p.Type {
				return s.function(t.static, p, p.Member)
			}
		}
		return nil, nil, faultf(notThere, "there is no type %s", p.Type)
	}
	object, begun, err := s.objects.find(p.Object)
	if err != nil {
		return nil, nil, err
	}
	a, names, err := s.arguments(object, p.Arguments)
	if err != nil {
		return nil, nil, err
	}
	for name, array := range begun {
		a.arrays[name] = array
	}
	value, err := s.member(object, overload(p.Member, names), a)
	return a, value, err
}

// member calls an object's member.
func (s *session) member(object any, key string, a *Arguments) (any, error) {
	for _, t := range s.types {
		if call, ok := t.call[key]; ok && t.is(object) {
			return call(object, a)
		}
	}
	return nil, faultf(notThere, "%s has no %s", s.typeOf(object), key)
}

// function calls a constructor or a static member.
func (s *session) function(table Functions, p params, name string) (*Arguments, any, error) {
	a, names, err := s.arguments(nil, p.Arguments)
	if err != nil {
		return nil, nil, err
	}
	function, ok := table[overload(name, names)]
	if !ok {
		return nil, nil, faultf(notThere, "%s has no %s", p.Type, overload(name, names))
	}
	value, err := function(a)
	return a, value, err
}

func (s *session) get(p params) (any, error) {
	object, _, err := s.objects.find(p.Object)
	if err != nil {
		return nil, err
	}
	for _, t := range s.types {
		if get, ok := t.get[p.Member]; ok && t.is(object) {
			return get(object)
		}
	}
	return nil, faultf(notThere, "%s has no %s", s.typeOf(object), p.Member)
}

func (s *session) set(p params) error {
	object, _, err := s.objects.find(p.Object)
	if err != nil {
		return err
	}
	a, _, err := s.arguments(object, nil)
	if err != nil {
		return err
	}
	if a.values["value"], err = a.read("value", p.Value); err != nil {
		return err
	}
	for _, t := range s.types {
		if set, ok := t.set[p.Member]; ok && t.is(object) {
			return set(object, a)
		}
	}
	return faultf(notThere, "%s has no %s that can be set", s.typeOf(object), p.Member)
}

func (s *session) typeOf(object any) string {
	for _, t := range s.types {
		if t.is(object) {
			return t.name
		}
	}
	return ""
}
