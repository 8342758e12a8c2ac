// A small asynchronous write that fits waits on, once a large one before it, for which there was no room, is cancelled.
using System;
using System.IO.Pipes;
using System.Threading;

using var server = new AnonymousPipeServerStream(PipeDirection.Out, System.IO.HandleInheritability.None, 4096);
using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
server.Write(new byte[2000]);
using var source = new CancellationTokenSource();
var large = server.WriteAsync(new byte[3000], source.Token).AsTask();
var small = server.WriteAsync(new byte[500]).AsTask();
source.Cancel();
Console.WriteLine($"Cancelled: {large.ContinueWith(task => task.IsCanceled).Result} (expected: True)");
Console.WriteLine($"500 bytes written into a pipe of 4096 with 2000: {small.Wait(3000)} (expected: True)");
