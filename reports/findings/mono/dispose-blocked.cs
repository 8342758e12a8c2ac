// Dispose marks the end as closed, but what waits in it goes on waiting, and the descriptor stays open until then.
using System;
using System.IO;
using System.IO.Pipes;
using System.Linq;
using System.Threading;

static class Program
{
    static Thread Start(Action work)
    {
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                Console.WriteLine(e.GetType().Name);
            }
        }) { IsBackground = true };
        thread.Start();
        return thread;
    }

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
        var reads = new AnonymousPipeServerStream(PipeDirection.In);
        var writes = new AnonymousPipeServerStream(PipeDirection.Out);
        var later = new AnonymousPipeServerStream(PipeDirection.In);
        object others = new[] { reads.ClientSafePipeHandle, writes.ClientSafePipeHandle, later.ClientSafePipeHandle }; // stay open
        var reader = Start(() => reads.Read(new byte[4], 0, 4));
        var writer = Start(() => writes.Write(new byte[300000], 0, 300000));
        var task = later.ReadAsync(new byte[4], 0, 4);
        foreach (var end in new[] { reads, writes, later })
            WaitUntilBlocked(end);
        reads.Dispose();
        writes.Dispose();
        later.Dispose();
        Console.WriteLine("released by Dispose within 2 s: Read {0}, Write {1}, ReadAsync {2}", reader.Join(1000), writer.Join(1000), task.IsCompleted);
        GC.KeepAlive(others);
        Environment.Exit(0);
    }
}
