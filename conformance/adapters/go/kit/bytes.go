package kit

import (
	"encoding/hex"
	"encoding/json"
)

// untouched is what an array is made of where its content does not matter.
const untouched = 0xa5

// Bytes is an array that has a name.
type Bytes struct{ array []byte }

// makeBytes makes an array of the protocol's description. It is never nil: that is a null.
func makeBytes(content map[string]any) ([]byte, error) {
	if text, ok := content["text"].(string); ok {
		return append([]byte{}, text...), nil
	}
	if digits, ok := content["hex"].(string); ok {
		array, err := hex.DecodeString(digits)
		if err != nil {
			return nil, faultf(badParameters, "bytes: %v", err)
		}
		return append([]byte{}, array...), nil
	}
	length, ok := whole(content["length"])
	if !ok || length < 0 {
		return nil, faultf(badParameters, "bytes: there is no such content")
	}
	array := make([]byte, length)
	if seed, ok := whole(content["pattern"]); ok {
		fill(array, uint64(seed), 0)
		return array, nil
	}
	for i := range array {
		array[i] = untouched
	}
	return array, nil
}

func whole(value any) (int, bool) {
	switch value := value.(type) {
	case int:
		return value, true
	case json.Number:
		number, err := value.Int64()
		return int(number), err == nil
	}
	return 0, false
}

func bytesType() Type {
	make := func(a *Arguments) (any, error) {
		array, err := makeBytes(a.values)
		return &Bytes{array}, err
	}
	return Class[*Bytes]{
		Name: "Bytes",
		New:  Functions{"Bytes(text)": make, "Bytes(hex)": make, "Bytes(length,pattern?)": make},
		Get: Properties[*Bytes]{
			"Hex":    func(b *Bytes) (any, error) { return hex.EncodeToString(b.array), nil },
			"Length": func(b *Bytes) (any, error) { return len(b.array), nil },
		},
		Call: Members[*Bytes]{
			"FirstDifference(pattern,offset,count)": func(b *Bytes, a *Arguments) (any, error) {
				offset, count := a.Int("offset"), a.Int("count")
				return difference(b.array[offset:offset+count], uint64(a.Int("pattern")), offset), nil
			},
		},
	}.Type()
}
