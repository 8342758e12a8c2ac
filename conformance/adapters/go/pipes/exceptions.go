package pipes

// Exception is an error that goes by the name that .NET's documentation gives it.
type Exception struct {
	Type      string
	Parameter string // the argument that is at fault, or ""
	Message   string
	Token     *CancellationToken // what an OperationCanceledException carries, or nil
}

// Error gives the exception's name and its message.
func (e *Exception) Error() string { return e.Type + ": " + e.Message }

func argumentNull(name string) error {
	return &Exception{Type: "ArgumentNullException", Parameter: name, Message: name + " is null."}
}

func outOfRange(name string) error {
	return &Exception{Type: "ArgumentOutOfRangeException", Parameter: name, Message: name + " is out of range."}
}

func badArgument(name, why string) error {
	return &Exception{Type: "ArgumentException", Parameter: name, Message: why}
}

func notSupported(why string) error {
	return &Exception{Type: "NotSupportedException", Message: why}
}

func ioError(why string) error {
	return &Exception{Type: "IOException", Message: why}
}

func invalidOperation(why string) error {
	return &Exception{Type: "InvalidOperationException", Message: why}
}

func objectDisposed() error {
	return &Exception{Type: "ObjectDisposedException", Message: "The pipe is closed."}
}

func endOfStream() error {
	return &Exception{Type: "EndOfStreamException", Message: "The pipe ended before all bytes were there."}
}

func canceled(token *CancellationToken) error {
	return &Exception{Type: "OperationCanceledException", Message: "The operation was cancelled.", Token: token}
}
