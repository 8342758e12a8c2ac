package kit

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestVectors holds the pattern rule against the examples that every adapter shares.
func TestVectors(t *testing.T) {
	text, err := os.ReadFile("../../../../spec/vectors/pattern.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) == 0 {
		t.Fatal("there are no vectors")
	}
	for _, each := range file.Vectors {
		each.check(t)
	}
}

type vector struct {
	Bytes            map[string]any
	Length           int
	Hex, First, Last string
}

func (v vector) check(t *testing.T) {
	array, err := makeBytes(v.Bytes)
	if err != nil || array == nil || len(array) != v.Length {
		t.Fatalf("%v: %d bytes, %v", v.Bytes, len(array), err)
	}
	found := hex.EncodeToString(array)
	whole := v.First == "" && v.Last == ""
	if whole && found != v.Hex || !strings.HasPrefix(found, v.First) || !strings.HasSuffix(found, v.Last) {
		t.Errorf("%v: other bytes", v.Bytes)
	}
}

func TestDifference(t *testing.T) {
	array := make([]byte, 10)
	fill(array, 3, 5)
	if found := difference(array, 3, 5); found != -1 {
		t.Fatal(found)
	}
	array[7]++
	if found := difference(array, 3, 5); found != 12 {
		t.Fatal(found)
	}
}
