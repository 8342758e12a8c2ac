package pipes

import "errors"

// Task is an asynchronous member's operation.
type Task struct {
	done  chan struct{}
	value any
	err   error
}

// start runs f beside the caller.
func start(f func() (any, error)) *Task {
	t := &Task{done: make(chan struct{})}
	go func() {
		defer close(t.done)
		t.value, t.err = f()
	}()
	return t
}

// completed is a task that has ended already.
func completed(value any, err error) *Task {
	t := &Task{done: make(chan struct{}), value: value, err: err}
	close(t.done)
	return t
}

// Wait waits for the operation's end and gives what came of it.
func (t *Task) Wait() (any, error) {
	<-t.done
	return t.value, t.err
}

// count waits for an operation whose result is a number of bytes.
func (t *Task) count() (int, error) {
	value, err := t.Wait()
	if err != nil {
		return 0, err
	}
	return value.(int), nil
}

// IsCompleted says whether the operation has ended, in whichever way.
func (t *Task) IsCompleted() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// IsCanceled says whether the operation was cancelled.
func (t *Task) IsCanceled() bool { return t.IsCompleted() && t.wasCanceled() }

// IsFaulted says whether the operation failed, other than by being cancelled.
func (t *Task) IsFaulted() bool { return t.IsCompleted() && t.err != nil && !t.wasCanceled() }

func (t *Task) wasCanceled() bool {
	var e *Exception
	return errors.As(t.err, &e) && e.Type == "OperationCanceledException"
}
