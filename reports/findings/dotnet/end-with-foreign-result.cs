// EndRead and EndWrite take the result of another stream, and EndWrite takes that of a read.
using System;
using System.IO.Pipes;

using var first = new AnonymousPipeServerStream(PipeDirection.Out);
using var reader = new AnonymousPipeClientStream(PipeDirection.In, first.ClientSafePipeHandle);
using var second = new AnonymousPipeServerStream(PipeDirection.Out);
using var other = new AnonymousPipeClientStream(PipeDirection.In, second.ClientSafePipeHandle);

var wrote = first.BeginWrite(new byte[5], 0, 5, null, null);
Try("EndWrite with another stream's result", () => second.EndWrite(wrote));
var read = reader.BeginRead(new byte[5], 0, 5, null, null);
Try("EndRead with another stream's result", () => other.EndRead(read));
Try("EndWrite with a read's result", () => first.EndWrite(read));

static void Try(string what, Action call)
{
    try
    {
        call();
        Console.WriteLine($"{what}: returned (expected: ArgumentException)");
    }
    catch (Exception error)
    {
        Console.WriteLine($"{what}: {error.GetType().Name} (expected: ArgumentException)");
    }
}
