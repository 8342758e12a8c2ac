package kit

import "strings"

// transfer calls one reading or writing member over and over.
func (s *session) transfer(p params) (any, error) {
	object, _, err := s.objects.find(p.Object)
	if err != nil {
		return nil, err
	}
	if p.Chunk < 1 {
		return nil, faultf(badParameters, "chunk is %d", p.Chunk)
	}
	t := transfer{session: s, object: object, member: p.Member, array: make([]byte, p.Chunk), different: -1}
	t.parameters = p.Overload
	t.seed = p.Pattern
	for !t.ended && (p.Total == nil || t.count < *p.Total) {
		block := t.array
		if strings.HasSuffix(t.member, "Byte") {
			block = block[:1]
		}
		if p.Total != nil && *p.Total-t.count < len(block) {
			block = block[:*p.Total-t.count]
		}
		if strings.Contains(t.member, "Write") {
			err = t.write(block)
		} else {
			err = t.read(block)
		}
		if err != nil {
			return nil, err
		}
		t.calls++
	}
	return map[string]any{
		"count": t.count, "calls": t.calls, "firstDifference": t.different, "ended": t.ended}, nil
}

type transfer struct {
	session    *session
	object     any
	member     string
	parameters []string
	array      []byte
	seed       uint64

	count, calls, different int
	ended                   bool
}

func (t *transfer) write(block []byte) error {
	fill(block, t.seed, t.count)
	if _, err := t.whole(block); err != nil {
		return err
	}
	t.count += len(block)
	return nil
}

func (t *transfer) read(block []byte) error {
	value, err := t.whole(block)
	if err != nil {
		return err
	}
	came := len(block)
	switch number, _ := value.(int); {
	case t.member == "ReadExactly":
	case t.member == "ReadByte" && number < 0:
		came = 0
	case t.member == "ReadByte":
		block[0] = byte(number)
	default:
		came = number
	}
	if t.different < 0 {
		t.different = difference(block[:came], t.seed, t.count)
	}
	t.count += came
	t.ended = came == 0
	return nil
}

// whole makes one call and waits for its end, whichever way the member has for that.
func (t *transfer) whole(block []byte) (any, error) {
	switch t.member {
	case "ReadByte":
		return t.call(t.object, t.member, nil)
	case "WriteByte":
		return t.call(t.object, t.member, map[string]any{"value": int(block[0])})
	}
	arguments := map[string]any{"buffer": block}
	for _, parameter := range t.parameters {
		switch parameter {
		case "offset":
			arguments[parameter] = 0
		case "count":
			arguments[parameter] = len(block)
		}
	}
	begins := strings.HasPrefix(t.member, "Begin")
	if begins {
		arguments["callback"], arguments["state"] = nil, nil
	}
	value, err := t.call(t.object, t.member, arguments)
	switch {
	case err != nil:
		return nil, err
	case begins:
		end := "End" + strings.TrimPrefix(t.member, "Begin")
		return t.call(t.object, end, map[string]any{"asyncResult": value})
	case strings.HasSuffix(t.member, "Async"):
		return t.call(value, "Wait", nil)
	}
	return value, nil
}

func (t *transfer) call(object any, member string, arguments map[string]any) (any, error) {
	var names []string
	for name := range arguments {
		names = append(names, name)
	}
	a := &Arguments{session: t.session, owner: object, values: arguments}
	return t.session.member(object, overload(member, names), a)
}
