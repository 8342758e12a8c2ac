// A server that is disposed a second time closes the client handle that it had left to its user the first time.
using System;
using System.IO;
using System.IO.Pipes;

var server = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
var handle = server.ClientSafePipeHandle;
server.Dispose();
server.GetClientHandleAsString();
server.Dispose();
Console.WriteLine($"closed: {handle.IsClosed} (expected: False)");
