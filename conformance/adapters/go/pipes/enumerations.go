package pipes

// PipeDirection says which way a pipe's end goes.
type PipeDirection int

// The directions.
const (
	In    PipeDirection = 1
	Out   PipeDirection = 2
	InOut PipeDirection = 3
)

// HandleInheritability says whether children inherit the client's handle.
type HandleInheritability int

// The inheritabilities.
const (
	None        HandleInheritability = 0
	Inheritable HandleInheritability = 1
)

// PipeTransmissionMode says whether a pipe carries bytes or messages.
type PipeTransmissionMode int

// The transmission modes.
const (
	Byte    PipeTransmissionMode = 0
	Message PipeTransmissionMode = 1
)

// String gives the mode's documented name.
func (m PipeTransmissionMode) String() string {
	if m == Message {
		return "Message"
	}
	return "Byte"
}
