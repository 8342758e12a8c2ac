// Cancelling has no effect on a ReadAsync or a WriteAsync that waits.
using System;
using System.IO.Pipes;
using System.Threading;

static class Program
{
    static void Main()
    {
        var source = new CancellationTokenSource();
        var reads = new AnonymousPipeServerStream(PipeDirection.In);
        var writes = new AnonymousPipeServerStream(PipeDirection.Out);
        var read = reads.ReadAsync(new byte[4], 0, 4, source.Token);
        var write = writes.WriteAsync(new byte[300000], 0, 300000, source.Token);
        Thread.Sleep(500);
        source.Cancel();
        Thread.Sleep(2000);
        Console.WriteLine("2 s after Cancel: the read is {0}, the write is {1}", read.Status, write.Status);
        Environment.Exit(0);
    }
}
