// Dispose never returns while another thread waits in a synchronous Read or Write of the same stream.
using System;
using System.IO;
using System.IO.Pipes;
using System.Linq;
using System.Threading;

Try("Read", PipeDirection.In, stream => stream.Read(new byte[1], 0, 1));
Try("Write", PipeDirection.Out, stream => stream.Write(new byte[1_000_000], 0, 1_000_000));
Environment.Exit(0);

static void Try(string member, PipeDirection direction, Action<PipeStream> call)
{
    var server = new AnonymousPipeServerStream(direction);
    _ = server.ClientSafePipeHandle;
    var waiting = Start(() => call(server));
    WaitUntilBlocked(server);
    var disposing = Start(server.Dispose);
    Console.WriteLine($"Dispose returned within 3 s: {disposing.Join(3000)} (expected: True)");
    Console.WriteLine($"{member} ended: {waiting.Join(100)} (expected: True)");
    GC.KeepAlive(server);
}

static Thread Start(Action action)
{
    var thread = new Thread(() =>
    {
        try
        {
            action();
        }
        catch (Exception error)
        {
            Console.WriteLine($"{error.GetType().Name}: {error.Message}");
        }
    }) { IsBackground = true };
    thread.Start();
    return thread;
}

// Until a thread is in read or write on that end, as Linux tells it.
static void WaitUntilBlocked(PipeStream end)
{
    var call = $" 0x{end.SafePipeHandle.DangerousGetHandle().ToInt64():x} ";
    bool Waits(string task) => File.ReadAllText(task + "/syscall").Substring(1).StartsWith(call);
    if (!SpinWait.SpinUntil(() => Directory.GetDirectories("/proc/self/task").Any(Waits), 10_000))
        throw new TimeoutException("no thread waits");
}
