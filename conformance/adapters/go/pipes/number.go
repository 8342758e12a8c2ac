package pipes

import "sync"

// number is a descriptor that is closed once, however many handles of this process own it: a server whose client's handle was
// given out as text, and a client that was made of the text here.
type number struct {
	fd     int
	closed bool
}

var (
	numbers sync.Mutex
	given   = map[int]*number{}
)

// give makes it known to those who come with its text; a handle that owns nothing has no number to give.
func (n *number) give() {
	if n == nil {
		return
	}
	numbers.Lock()
	defer numbers.Unlock()
	if !n.closed {
		given[n.fd] = n
	}
}

// take says whether the caller is the one who closes it.
func (n *number) take() bool {
	numbers.Lock()
	defer numbers.Unlock()
	if n.closed {
		return false
	}
	n.closed = true
	if given[n.fd] == n {
		delete(given, n.fd)
	}
	return true
}

// adopt makes a handle that owns a descriptor which came as text.
func adopt(fd int) *SafePipeHandle {
	h := NewSafePipeHandle(fd, true)
	numbers.Lock()
	defer numbers.Unlock()
	if known, found := given[fd]; found {
		h.number = known
	}
	return h
}
