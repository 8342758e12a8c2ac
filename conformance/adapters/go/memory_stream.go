package main

import (
	"encoding/hex"

	"pipects/kit"
	"pipects/pipes"
)

// memoryStream keeps what is written to it.
type memoryStream struct {
	content          []byte
	writable, closed bool
}

var (
	unmoved = &pipes.Exception{Type: "NotSupportedException", Message: "It is only ever written on."}
	untimed = &pipes.Exception{Type: "InvalidOperationException", Message: "It waits for nothing."}
)

func (m *memoryStream) CanRead() bool  { return !m.closed }
func (m *memoryStream) CanWrite() bool { return m.writable && !m.closed }

func (m *memoryStream) CanSeek() bool    { return !m.closed }
func (m *memoryStream) CanTimeout() bool { return false }

func (m *memoryStream) Length() (int64, error)         { return int64(len(m.content)), nil }
func (m *memoryStream) Position() (int64, error)       { return m.Length() }
func (m *memoryStream) Seek(int64, int) (int64, error) { return 0, unmoved }
func (m *memoryStream) SetLength(int64) error          { return unmoved }
func (m *memoryStream) SetPosition(int64) error        { return unmoved }
func (m *memoryStream) Timeout() (int, error)          { return 0, untimed }
func (m *memoryStream) SetTimeout(int) error           { return untimed }

func (m *memoryStream) Read([]byte, int, int) (int, error) { return 0, nil }
func (m *memoryStream) ReadSpan([]byte) (int, error)       { return 0, nil }
func (m *memoryStream) ReadByteOrEnd() (int, error)        { return -1, nil }

func (m *memoryStream) Write(buffer []byte, offset, count int) error {
	return m.WriteSpan(buffer[offset : offset+count])
}

func (m *memoryStream) WriteSpan(buffer []byte) error {
	if m.closed {
		return &pipes.Exception{Type: "ObjectDisposedException", Message: "The stream is closed."}
	}
	if !m.writable {
		return &pipes.Exception{Type: "NotSupportedException", Message: "The stream does not support writing."}
	}
	m.content = append(m.content, buffer...)
	return nil
}

func (m *memoryStream) WriteByte(value byte) error { return m.WriteSpan([]byte{value}) }
func (m *memoryStream) Flush() error               { return nil }
func (m *memoryStream) Dispose()                   { m.closed = true }

func memoryStreamType() kit.Type {
	length := func(m *memoryStream) (any, error) { return len(m.content), nil }
	return kit.Class[*memoryStream]{
		Name: "MemoryStream",
		New: kit.Functions{
			"MemoryStream(writable?)": func(a *kit.Arguments) (any, error) {
				return &memoryStream{writable: a.BoolOr("writable", true)}, nil
			},
		},
		Get: kit.Properties[*memoryStream]{
			"Hex":      func(m *memoryStream) (any, error) { return hex.EncodeToString(m.content), nil },
			"Length":   length,
			"Position": length,
		},
	}.Type()
}
