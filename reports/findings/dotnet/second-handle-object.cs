// Two streams whose handle objects stand for one number both read, and nothing is there yet.
using System;
using System.IO.Pipes;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;

var server = new AnonymousPipeServerStream(PipeDirection.In);
var borrowed = new SafePipeHandle(server.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
var other = new AnonymousPipeClientStream(PipeDirection.In, borrowed);
Task<int> first = server.ReadAsync(new byte[1], 0, 1);
Task<int> second = other.ReadAsync(new byte[1], 0, 1);
Console.WriteLine($"the first read waits: {!first.IsCompleted} (expected: True)");
Console.WriteLine($"the second read waits: {!second.IsCompleted} (expected: True)");
if (second.Exception is { InnerException: { } error })
{
    Console.WriteLine($"it has failed: {error.GetType().Name}: {error.Message}");
}
Environment.Exit(0);
