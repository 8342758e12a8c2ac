package pipes

import (
	"os"
	"sync"
)

// number is a descriptor that is closed once, however many handles of this process own it: a server whose client's handle was
// given out as text, and the clients that were made of the text here.
type number struct {
	fd     int
	closed bool
	copies []*os.File // those that owners watch beside it, and that would keep its end open
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

// take says whether the caller is the one who closes it. The copies go with it.
func (n *number) take() bool {
	numbers.Lock()
	if n.closed {
		numbers.Unlock()
		return false
	}
	n.closed = true
	if given[n.fd] == n {
		delete(given, n.fd)
	}
	copies := n.copies
	n.copies = nil
	numbers.Unlock()
	for _, each := range copies {
		each.Close()
	}
	return true
}

// copied notes a copy that an owner watches.
func (n *number) copied(copy *os.File) {
	if n == nil {
		return
	}
	numbers.Lock()
	defer numbers.Unlock()
	n.copies = append(n.copies, copy)
}

// adopt makes a handle that owns a descriptor which came as text.
func adopt(fd int) *SafePipeHandle {
	h := NewSafePipeHandle(fd, true)
	numbers.Lock()
	defer numbers.Unlock()
	if known, found := given[fd]; found {
		h.number = known
	} else {
		given[fd] = h.number // a text may be taken twice
	}
	return h
}
