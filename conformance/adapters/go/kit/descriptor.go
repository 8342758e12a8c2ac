package kit

import (
	"os"
	"runtime"
	"sync"
	"syscall"
)

// descriptor is one that is no pipe's, for cases that hand it where a pipe's belongs.
type descriptor struct {
	number int
	once   sync.Once
}

func newDescriptor(kind string) (any, error) {
	number, err := openDescriptor(kind)
	if err != nil {
		return nil, faultf(broken, "%s: %v", kind, err)
	}
	d := &descriptor{number: number}
	runtime.SetFinalizer(d, (*descriptor).Dispose)
	return d, nil
}

func openDescriptor(kind string) (int, error) {
	switch kind {
	case "file":
		return openProgram()
	case "directory":
		return syscall.Open("/", syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_DIRECTORY, 0)
	case "socket":
		return syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	}
	return -1, faultf(badParameters, "there is no descriptor of kind %s", kind)
}

// openProgram opens a file that is sure to be there: the adapter's own program.
func openProgram() (int, error) {
	program, err := os.Executable()
	if err != nil {
		return -1, err
	}
	return syscall.Open(program, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
}

// Dispose closes the descriptor, once. Forgetting it does so, too.
func (d *descriptor) Dispose() {
	d.once.Do(func() { syscall.Close(d.number) })
}

func descriptorType() Type {
	return Class[*descriptor]{
		Name: "Descriptor",
		New: Functions{
			"Descriptor(kind)": func(a *Arguments) (any, error) { return newDescriptor(a.values["kind"].(string)) },
		},
		Get: Properties[*descriptor]{
			"Number": func(d *descriptor) (any, error) { return d.number, nil },
		},
		Call: Members[*descriptor]{
			"Dispose()": func(d *descriptor, _ *Arguments) (any, error) {
				d.Dispose()
				return nil, nil
			},
		},
	}.Type()
}
