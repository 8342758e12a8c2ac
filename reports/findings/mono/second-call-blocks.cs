// The second asynchronous call on an end blocks its caller for as long as the first one waits.
using System;
using System.IO.Pipes;
using System.Threading;

static class Program
{
    static void Main()
    {
        var server = new AnonymousPipeServerStream(PipeDirection.In);
        server.ReadAsync(new byte[4], 0, 4);
        var second = new Thread(() => server.ReadAsync(new byte[4], 0, 4)) { IsBackground = true };
        second.Start();
        Console.WriteLine("the second call of ReadAsync returned within 2 s: " + second.Join(2000));
        Environment.Exit(0);
    }
}
