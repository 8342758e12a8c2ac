// Pending asynchronous reads: neither token nor Dispose ends one, and a second call waits in its caller's thread.
using System;
using System.IO.Pipes;
using System.Threading;
using System.Threading.Tasks;

using (var source = new CancellationTokenSource())
{
    var pending = Client().ReadAsync(new byte[1], 0, 1, source.Token);
    source.Cancel();
    Console.WriteLine($"the token ends the read within 3 s: {Ends(pending)} (expected: True)");
}
var client = Client();
var first = client.ReadAsync(new byte[1], 0, 1);
var second = Task.Run(() => { _ = client.ReadAsync(new byte[1], 0, 1); });
Console.WriteLine($"a second call returns within 3 s: {Ends(second)} (expected: True)");
_ = Task.Run(client.Dispose);
Console.WriteLine($"Dispose ends the read within 3 s: {Ends(first)} (expected: True)");
Environment.Exit(0);

static AnonymousPipeClientStream Client()
{
    var server = new AnonymousPipeServerStream(PipeDirection.Out);
    GC.SuppressFinalize(server); // it stays open
    GC.SuppressFinalize(server.SafePipeHandle);
    return new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
}

static bool Ends(Task task)
{
    return Task.WhenAny(task, Task.Delay(3000)).Result == task;
}
