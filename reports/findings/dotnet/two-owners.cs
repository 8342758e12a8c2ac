// Two streams on one number: once the first waits, the ReadAsync of the second fails at once.
using System;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

using var server = new AnonymousPipeServerStream(PipeDirection.In);
using var writer = new AnonymousPipeClientStream(PipeDirection.Out, server.ClientSafePipeHandle);
var borrowed = new SafePipeHandle(server.SafePipeHandle.DangerousGetHandle(), false);
using var other = new AnonymousPipeClientStream(PipeDirection.In, borrowed);
var first = server.ReadAsync(new byte[4], 0, 4);
var second = other.ReadAsync(new byte[4], 0, 4);
second.ContinueWith(task => Console.WriteLine($"{task.Exception?.InnerException?.GetType().Name ?? "no exception"}: {task.Exception?.InnerException?.Message}")).Wait(2000);
Console.WriteLine($"the second is {second.Status} (expected: it waits), the first {first.Status}");
