package kit

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// However many names there are, nothing holds what a name that was dropped stood for.
func TestDropLetsGo(t *testing.T) {
	const most = 120
	for others := 0; others < most; others++ {
		o := objects{named: map[string]any{}, arrays: map[string]map[string][]byte{}}
		gone := make(chan struct{})
		dropped := new([16]int)
		runtime.SetFinalizer(dropped, func(*[16]int) { close(gone) })
		o.keep("dropped", dropped, nil)
		dropped = nil
		for i := 0; i < others; i++ {
			o.keep(fmt.Sprint("other ", i), new(int), nil)
			o.nameOf(new(int))
		}
		o.drop(&[]string{"dropped"})
		runtime.GC()
		select {
		case <-gone:
		case <-time.After(10 * time.Second):
			t.Errorf("an object is held that was dropped beside %d others", others)
		}
		runtime.KeepAlive(&o)
	}
}
