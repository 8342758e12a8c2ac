package pipes

import "sync"

// CancellationTokenSource cancels the operations that got its token.
type CancellationTokenSource struct {
	mu        sync.Mutex
	cancelled bool
	done      chan struct{}
	callbacks map[int]func()
	next      int
	token     *CancellationToken
}

// CancellationToken tells an operation that it is to end. A nil token is never cancelled.
type CancellationToken struct{ source *CancellationTokenSource }

// NewCancellationTokenSource makes a source that is not cancelled.
func NewCancellationTokenSource() *CancellationTokenSource {
	s := &CancellationTokenSource{done: make(chan struct{}), callbacks: map[int]func(){}}
	s.token = &CancellationToken{s}
	return s
}

// Token gives the source's one token.
func (s *CancellationTokenSource) Token() *CancellationToken { return s.token }

// Dispose is there for the documentation's sake: a source owns nothing.
func (s *CancellationTokenSource) Dispose() {}

// Cancel ends what waits with the token. Another call does nothing.
func (s *CancellationTokenSource) Cancel() {
	for _, callback := range s.cancel() {
		callback()
	}
}

func (s *CancellationTokenSource) cancel() map[int]func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancelled {
		return nil
	}
	s.cancelled = true
	close(s.done)
	callbacks := s.callbacks
	s.callbacks = nil
	return callbacks
}

func (t *CancellationToken) isCancelled() bool {
	if t == nil {
		return false
	}
	t.source.mu.Lock()
	defer t.source.mu.Unlock()
	return t.source.cancelled
}

func (t *CancellationToken) done() <-chan struct{} {
	if t == nil {
		return nil
	}
	return t.source.done
}

// register has f called once the token is cancelled: at once if it is. What it returns takes that back.
func (t *CancellationToken) register(f func()) (unregister func()) {
	s := t.source
	s.mu.Lock()
	if s.cancelled {
		s.mu.Unlock()
		f()
		return func() {}
	}
	defer s.mu.Unlock()
	id := s.next
	s.next++
	s.callbacks[id] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.callbacks, id)
	}
}
