// A Write that waits for room when the last reader goes reports a timeout, and the stream says that it is connected.
using System;
using System.IO;
using System.IO.Pipes;
using System.Linq;
using System.Threading;

using var server = new AnonymousPipeServerStream(PipeDirection.Out);
var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
var writer = new Thread(() =>
{
    try
    {
        server.Write(new byte[1_000_000], 0, 1_000_000);
    }
    catch (IOException error)
    {
        Console.WriteLine($"Write threw: {error.Message} (expected: Broken pipe)");
    }
});
writer.Start();
WaitUntilBlocked(server); // the pipe is full
client.Dispose();
writer.Join();
Console.WriteLine($"IsConnected is {server.IsConnected} (expected: False)");

// Until a thread is in read or write on that end, as Linux tells it.
static void WaitUntilBlocked(PipeStream end)
{
    var call = $" 0x{end.SafePipeHandle.DangerousGetHandle().ToInt64():x} ";
    bool Waits(string task) => File.ReadAllText(task + "/syscall").Substring(1).StartsWith(call);
    if (!SpinWait.SpinUntil(() => Directory.GetDirectories("/proc/self/task").Any(Waits), 10_000))
        throw new TimeoutException("no thread waits");
}
