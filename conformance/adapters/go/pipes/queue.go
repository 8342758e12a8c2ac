package pipes

import "sync"

// queue lets operations have the pipe one after the other, in the order in which they began.
type queue struct {
	mu   sync.Mutex
	last chan struct{}
}

// turn is an operation's place in a queue.
type turn struct{ before, mine chan struct{} }

// take gives the next place.
func (q *queue) take() turn {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := turn{q.last, make(chan struct{})}
	q.last = t.mine
	return t
}

// leave lets the next operation go on.
func (t turn) leave() { close(t.mine) }

// wait waits for the operations before this one. It gives false, and the place away, once the token is cancelled.
func (t turn) wait(token *CancellationToken) bool {
	if t.before == nil {
		return true
	}
	select {
	case <-t.before:
		return true
	case <-token.done():
		go func() {
			<-t.before
			t.leave()
		}()
		return false
	}
}
