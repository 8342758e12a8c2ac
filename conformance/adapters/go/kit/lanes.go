package kit

import "runtime"

// lanes are the protocol's threads: each is a thread of the operating system that does one request after the other.
type lanes struct {
	serve func(request)
	named map[string]chan request
}

// mainLane is where requests go that name no thread.
const mainLane = "main"

// put hands a request to its lane. Only the reader of the connection calls it.
func (l *lanes) put(r request) {
	name := r.Params.Thread
	if name == "" {
		name = mainLane
	}
	if l.named == nil {
		l.named = map[string]chan request{}
	}
	lane := l.named[name]
	if lane == nil {
		lane = make(chan request, 1024)
		l.named[name] = lane
		go l.work(lane)
	}
	lane <- r
	if r.Method == "forget" {
		l.end()
	}
}

func (l *lanes) work(lane chan request) {
	runtime.LockOSThread() // never unlocked: the thread ends with the lane
	for r := range lane {
		l.serve(r)
	}
}

// end lets every other lane end after what it has to do.
func (l *lanes) end() {
	for name, lane := range l.named {
		if name != mainLane {
			close(lane)
			delete(l.named, name)
		}
	}
}
