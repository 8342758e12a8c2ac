package pipes

import "testing"

func TestWhatIsRefused(t *testing.T) {
	server, client := pair(t, Out)
	array := make([]byte, 4)
	_, readOnly := server.Read(array, 0, 1)
	_, noArray := client.Read(nil, 0, 0)
	_, beyond := client.Read(array, 2, 3)
	_, before := client.ReadAsync(array, -1, 1, nil)
	_, much := client.ReadAtLeast(array, 5, true)
	_, foreign := client.EndRead(nil)
	_, twoWay := NewServer(InOut, None, 0)
	_, noDirection := NewServer(7, None, 0)
	_, lessThanNone := NewServer(In, None, -1)
	_, noText := NewClient(In, nil)
	for _, each := range []struct {
		err             error
		kind, parameter string
	}{
		{readOnly, "NotSupportedException", ""},
		{client.WriteByte(1), "NotSupportedException", ""},
		{noArray, "ArgumentNullException", "buffer"},
		{beyond, "ArgumentOutOfRangeException", "count"},
		{before, "ArgumentOutOfRangeException", "offset"},
		{much, "ArgumentOutOfRangeException", "minimumBytes"},
		{foreign, "ArgumentNullException", "asyncResult"},
		{twoWay, "NotSupportedException", ""},
		{noDirection, "ArgumentOutOfRangeException", "direction"},
		{lessThanNone, "ArgumentOutOfRangeException", "bufferSize"},
		{noText, "ArgumentNullException", "pipeHandleAsString"},
		{client.SetReadMode(Message), "NotSupportedException", ""},
		{client.CopyTo(nil, 1), "ArgumentNullException", "destination"},
	} {
		mustThrow(t, each.err, each.kind, each.parameter)
	}
	server.Dispose()
	mustThrow(t, server.WriteByte(1), "ObjectDisposedException", "")
}
