package kit

import (
	"encoding/json"
	"os"
	"os/exec"
	"syscall"
)

// startChild starts a child process and gives its id. Its end is collected when it comes.
func startChild(p params) (any, error) {
	var arguments []string
	if err := json.Unmarshal(p.Arguments, &arguments); err != nil {
		return nil, faultf(badParameters, "arguments: %v", err)
	}
	start := startByLanguage
	if p.Way == "platform" {
		start = startByPlatform
	}
	pid, err := start(p.Program, arguments, environment(p.Environment))
	if err != nil {
		return nil, faultf(broken, "%s: %v", p.Program, err)
	}
	return map[string]any{"returned": pid}, nil
}

// environment is the process's own, with what is added or replaced.
func environment(added map[string]string) []string {
	command := exec.Cmd{Env: os.Environ()}
	for name, value := range added {
		command.Env = append(command.Env, name+"="+value)
	}
	return command.Environ() // of two values of a name the later
}

// startByLanguage starts a child as programs in Go do. What is not close-on-exec arrives in it under its own number.
func startByLanguage(program string, arguments, environment []string) (int, error) {
	command := exec.Command(program, arguments...)
	command.Env = environment
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		return 0, err
	}
	go command.Wait()
	return command.Process.Pid, nil
}

// startByPlatform starts a child by fork and exec.
func startByPlatform(program string, arguments, environment []string) (int, error) {
	attributes := &syscall.ProcAttr{Env: environment, Files: []uintptr{0, 1, 2}}
	pid, err := syscall.ForkExec(program, append([]string{program}, arguments...), attributes)
	if err != nil {
		return 0, err
	}
	go func() {
		var status syscall.WaitStatus
		for {
			if _, err := syscall.Wait4(pid, &status, 0, nil); err != syscall.EINTR {
				return
			}
		}
	}()
	return pid, nil
}
