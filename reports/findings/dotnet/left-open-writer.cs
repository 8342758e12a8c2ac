// A StreamWriter that leaves its stream open goes on writing once it was closed.
using System;
using System.IO;
using System.IO.Pipes;

using var server = new AnonymousPipeServerStream(PipeDirection.Out);
using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);

var writer = new StreamWriter(server, leaveOpen: true) { AutoFlush = true };
writer.Dispose();
Try("Write to a closed writer", () => writer.Write("late"));
Try("Flush of a closed writer", () => writer.Flush());

static void Try(string what, Action call)
{
    try
    {
        call();
        Console.WriteLine($"{what}: returned (expected: ObjectDisposedException)");
    }
    catch (Exception error)
    {
        Console.WriteLine($"{what}: {error.GetType().Name} (expected: ObjectDisposedException)");
    }
}
