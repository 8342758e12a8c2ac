// A read that the system refuses gives UnauthorizedAccessException in place of IOException.
using System;
using System.IO.Pipes;

using var server = new AnonymousPipeServerStream(PipeDirection.In);
using var reader = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle); // the pipe's write end
try
{
    reader.Read(new byte[1], 0, 1);
}
catch (Exception error)
{
    Console.WriteLine($"{error.GetType().Name}: {error.Message} (expected: IOException)");
}
