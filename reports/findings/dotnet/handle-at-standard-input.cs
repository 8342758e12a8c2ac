// A program that has closed its standard input makes a pipe, and hands its client to a child with a standard input of its own.
// Expected: "the child read 1 byte". Seen with .NET 10: the client's handle is 0, where the child has the other file.
using System;
using System.Diagnostics;
using System.IO;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

if (args.Length == 1)
{
    try
    {
        using var client = new AnonymousPipeClientStream(PipeDirection.In, args[0]);
        Console.WriteLine($"the child read {client.Read(new byte[1])} byte");
    }
    catch (IOException refused)
    {
        Console.WriteLine($"the child was refused: {refused.Message}");
    }
    return;
}
using (new AnonymousPipeServerStream()) // what the runtime opens for a first pipe it has open then
using (var standardInput = new SafeFileHandle(0, ownsHandle: true))
{
}
using var server = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
string handle = server.GetClientHandleAsString();
Console.WriteLine($"the client's handle is {handle}");
server.WriteByte(1);
// The shell gives the child a standard input of its own; Process.Start itself passes on what is inheritable.
using var child = Process.Start(new ProcessStartInfo("/bin/sh")
{
    ArgumentList = { "-c", "exec \"$0\" \"$1\" </dev/null", Environment.ProcessPath!, handle },
})!;
child.WaitForExit();
