// A closed stream says that it can be read or written, and tells its transmission mode.
using System;
using System.IO.Pipes;

var reader = new AnonymousPipeServerStream(PipeDirection.In);
var writer = new AnonymousPipeServerStream(PipeDirection.Out);
reader.Dispose();
writer.Dispose();
Console.WriteLine($"CanRead is {reader.CanRead} (expected: False)");
Console.WriteLine($"CanWrite is {writer.CanWrite} (expected: False)");
try
{
    Console.WriteLine($"TransmissionMode is {writer.TransmissionMode} (expected: ObjectDisposedException)");
}
catch (ObjectDisposedException)
{
    Console.WriteLine("TransmissionMode: ObjectDisposedException (expected)");
}
