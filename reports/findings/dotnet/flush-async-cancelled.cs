// FlushAsync never looks at its token.
using System;
using System.IO.Pipes;
using System.Threading;

using var server = new AnonymousPipeServerStream(PipeDirection.Out);
using var cancelled = new CancellationTokenSource();
cancelled.Cancel();
var task = server.FlushAsync(cancelled.Token);
try
{
    task.Wait();
}
catch (AggregateException)
{
    // Its status tells.
}
Console.WriteLine($"the task is {task.Status} (expected: Canceled)");
