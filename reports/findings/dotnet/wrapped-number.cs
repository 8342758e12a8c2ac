// Of a number with more than 32 bits only the lower 32 count: 2 to the 32 is taken for handle 0. Run with a pipe as its
// standard input: true | dotnet run wrapped-number.cs
using System;
using System.IO.Pipes;

using var client = new AnonymousPipeClientStream(PipeDirection.In, "4294967296");
Console.WriteLine($"a client of handle {client.SafePipeHandle.DangerousGetHandle()}, connected: {client.IsConnected} (expected: an exception)");
