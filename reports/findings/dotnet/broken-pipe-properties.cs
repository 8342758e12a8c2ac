// On a pipe found broken ReadMode can be set, and TransmissionMode and OutBufferSize can be asked for.
using System;
using System.IO;
using System.IO.Pipes;

using var server = new AnonymousPipeServerStream(PipeDirection.Out);
server.DisposeLocalCopyOfClientHandle();
try
{
    server.WriteByte(1);
}
catch (IOException)
{
    Console.WriteLine($"broken; IsConnected is {server.IsConnected}");
}
Try("ReadMode = Byte", () => { server.ReadMode = PipeTransmissionMode.Byte; return null; });
Try("TransmissionMode", () => server.TransmissionMode);
Try("OutBufferSize", () => server.OutBufferSize);

static void Try(string what, Func<object> call)
{
    try
    {
        Console.WriteLine($"{what} gave {call() ?? "nothing"} (expected: IOException)");
    }
    catch (IOException)
    {
        Console.WriteLine($"{what}: IOException (expected)");
    }
}
