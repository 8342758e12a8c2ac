package kit

import (
	"runtime"
	"time"
)

// forget drops names, and has what they stood for collected.
func (s *session) forget(p params) {
	dropped := s.objects.drop(p.Objects)
	if p.Dispose {
		for _, object := range dropped {
			s.dispose(object)
		}
	}
	dropped = nil
	collect()
}

// dispose calls the member of that name, if there is one. What it says is of no interest here.
func (s *session) dispose(object any) {
	a := &Arguments{session: s, owner: object}
	s.member(object, "Dispose()", a)
}

// collect runs the collector until finalizers of what was dropped have run: they run one after the other, so those of
// objects that hold another's last reference come a round later.
func collect() {
	const rounds = 2
	for i := 0; i < rounds; i++ {
		collected := make(chan struct{})
		sentinel := new([16]int)
		runtime.SetFinalizer(sentinel, func(*[16]int) { close(collected) })
		runtime.GC()
		select {
		case <-collected:
		case <-time.After(time.Second):
		}
	}
}
