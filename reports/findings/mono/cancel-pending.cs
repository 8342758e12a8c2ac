// Cancelling has no effect on a ReadAsync or a WriteAsync that waits.
using System;
using System.IO;
using System.IO.Pipes;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

static class Program
{
    // The call of a thread that is in read or write on that end, as Linux tells it.
    static string WaitUntilBlocked(PipeStream end)
    {
        var call = string.Format(" 0x{0:x} ", end.SafePipeHandle.DangerousGetHandle().ToInt64());
        string found = null;
        if (!SpinWait.SpinUntil(() => (found = Directory.GetDirectories("/proc/self/task")
                .Select(task => File.ReadAllText(task + "/syscall"))
                .FirstOrDefault(text => text.Substring(1).StartsWith(call))) != null, 10000))
            throw new TimeoutException("no thread waits");
        return found;
    }

    static void Main()
    {
        var source = new CancellationTokenSource();
        var reads = new AnonymousPipeServerStream(PipeDirection.In);
        var writes = new AnonymousPipeServerStream(PipeDirection.Out);
        var read = reads.ReadAsync(new byte[4], 0, 4, source.Token);
        var write = writes.WriteAsync(new byte[300000], 0, 300000, source.Token);
        WaitUntilBlocked(reads);
        WaitUntilBlocked(writes);
        source.Cancel();
        Task.WaitAny(new Task[] { read, write }, 2000);
        Console.WriteLine("2 s after Cancel: the read is {0}, the write is {1}", read.Status, write.Status);
        Environment.Exit(0);
    }
}
