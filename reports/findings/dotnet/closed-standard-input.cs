// A program whose standard input is closed: does it start, and does a pipe's end get along without?
// Expected: "started, and read 1 byte". Seen with .NET 11: the runtime is not created, and nothing is printed.
using System;
using System.Diagnostics;
using System.IO.Pipes;

if (args.Length == 1)
{
    using var client = new AnonymousPipeClientStream(PipeDirection.In, args[0]);
    Console.WriteLine($"started, and read {client.Read(new byte[1])} byte");
    return;
}
using var server = new AnonymousPipeServerStream(PipeDirection.Out, System.IO.HandleInheritability.Inheritable);
string handle = server.GetClientHandleAsString();
server.WriteByte(1);
// Process.Start passes no pipe on, so the shell makes the program's own standard input the pipe, moves it and closes 0.
using var child = Process.Start(new ProcessStartInfo("/bin/sh")
{
    ArgumentList = { "-c", $"exec \"$0\" 9 9</proc/{Environment.ProcessId}/fd/{handle} <&-", Environment.ProcessPath! },
})!;
child.WaitForExit();
Console.WriteLine($"the child's exit status: {child.ExitCode}");
