// A Write that waits for room when the last reader goes reports a timeout, and the stream says that it is connected.
using System;
using System.IO;
using System.IO.Pipes;
using System.Threading;

using var server = new AnonymousPipeServerStream(PipeDirection.Out);
var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
var writer = new Thread(() =>
{
    try
    {
        server.Write(new byte[1_000_000], 0, 1_000_000);
    }
    catch (IOException error)
    {
        Console.WriteLine($"Write threw: {error.Message} (expected: Broken pipe)");
    }
});
writer.Start();
Thread.Sleep(500); // the pipe is full, and Write waits
client.Dispose();
writer.Join();
Console.WriteLine($"IsConnected is {server.IsConnected} (expected: False)");
