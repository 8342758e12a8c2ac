// The adapter of the Go port: package pipes in the words of the kit's tables.
package main

import (
	"errors"
	"fmt"

	"pipects/kit"
	"pipects/pipes"
)

func main() {
	kit.Run(kit.Implementation{
		Name:    "go",
		Version: "0.1.0",
		Lacks:   []string{"access-control", "describe", "text-streams"},
		Types: []kit.Type{
			serverType(), clientType(), pipeType(), memoryStreamType(), streamType(), safePipeHandleType(),
			taskType(), asyncResultType(), sourceType(), tokenType(),
		},
		Describe: describe,
	})
}

func describe(err error) kit.Thrown {
	var e *pipes.Exception
	if !errors.As(err, &e) {
		return kit.Thrown{Type: fmt.Sprintf("%T", err), Message: err.Error()}
	}
	thrown := kit.Thrown{Type: e.Type, Parameter: e.Parameter, Message: e.Message}
	if e.Token != nil {
		thrown.Token = e.Token
	}
	return thrown
}
