// One asynchronous call makes the pipe end non-blocking for every process that shares it.
// Expected: "non-blocking: False" twice. Seen: False, then True.
using System;
using System.IO.Pipes;
using System.Runtime.InteropServices;

using var server = new AnonymousPipeServerStream(PipeDirection.Out);
using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
server.WriteByte(1);
client.ReadByte();
Console.WriteLine($"after a synchronous read, non-blocking: {Native.IsNonBlocking(client)}");
server.WriteByte(2);
await client.ReadAsync(new byte[1], 0, 1);
Console.WriteLine($"after an asynchronous read, non-blocking: {Native.IsNonBlocking(client)}");

internal static class Native
{
    const int GetFlags = 3, NonBlocking = 0x800; // F_GETFL and O_NONBLOCK on Linux

    [DllImport("libc", EntryPoint = "fcntl")]
    static extern int Fcntl(int descriptor, int command);

    public static bool IsNonBlocking(PipeStream stream) =>
        (Fcntl((int)stream.SafePipeHandle.DangerousGetHandle(), GetFlags) & NonBlocking) != 0;
}
