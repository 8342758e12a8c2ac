// WaitForPipeDrain, which the documentation's own example calls without a word of caution, is refused.
using System;
using System.IO.Pipes;

using var server = new AnonymousPipeServerStream(PipeDirection.Out);
using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
server.WriteByte(1);
client.ReadByte();
try
{
    server.WaitForPipeDrain();
    Console.WriteLine("returned (expected)");
}
catch (PlatformNotSupportedException error)
{
    Console.WriteLine($"{error.GetType().Name} (expected: it returns, for the byte has been read)");
}
