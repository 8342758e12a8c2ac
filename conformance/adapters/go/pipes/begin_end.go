package pipes

// AsyncResult is an operation of the older asynchronous pattern.
type AsyncResult struct {
	owner   any
	writing bool
	task    *Task
	state   any
}

// IsCompleted says whether the operation has ended.
func (r *AsyncResult) IsCompleted() bool { return r.task.IsCompleted() }

// CompletedSynchronously is false: operations run beside their caller.
func (r *AsyncResult) CompletedSynchronously() bool { return false }

// WaitOne waits until the operation has ended, and leaves what came of it to its End.
func (r *AsyncResult) WaitOne() { _, _ = r.task.Wait() }

// AsyncState gives what the caller handed in.
func (r *AsyncResult) AsyncState() any { return r.state }

// BeginRead begins a Read. The callback, if any, is called at its end.
func (s *PipeStream) BeginRead(
	buffer []byte, offset, count int, callback func(*AsyncResult), state any,
) (*AsyncResult, error) {
	task, err := s.ReadAsync(buffer, offset, count, nil)
	if err != nil {
		return nil, err
	}
	return begin(s, false, task, callback, state), nil
}

// EndRead waits for a BeginRead's end and gives the number of bytes.
func (s *PipeStream) EndRead(result *AsyncResult) (int, error) {
	if err := checkResult(s, result, false); err != nil {
		return 0, err
	}
	return result.task.count()
}

// BeginWrite begins a Write. The callback, if any, is called at its end.
func (s *PipeStream) BeginWrite(
	buffer []byte, offset, count int, callback func(*AsyncResult), state any,
) (*AsyncResult, error) {
	task, err := s.WriteAsync(buffer, offset, count, nil)
	if err != nil {
		return nil, err
	}
	return begin(s, true, task, callback, state), nil
}

// EndWrite waits for a BeginWrite's end.
func (s *PipeStream) EndWrite(result *AsyncResult) error {
	if err := checkResult(s, result, true); err != nil {
		return err
	}
	_, err := result.task.Wait()
	return err
}

func begin(owner any, writing bool, task *Task, callback func(*AsyncResult), state any) *AsyncResult {
	result := &AsyncResult{owner, writing, task, state}
	if callback != nil {
		go func() {
			<-task.done
			callback(result)
		}()
	}
	return result
}

func checkResult(owner any, result *AsyncResult, writing bool) error {
	if result == nil {
		return argumentNull("asyncResult")
	}
	if result.owner != owner || result.writing != writing {
		return badArgument("asyncResult", "That is not the result of such a call of this stream.")
	}
	return nil
}
