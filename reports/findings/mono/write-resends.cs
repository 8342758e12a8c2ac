// A Write that the system took in parts begins anew with the array's first byte after each part. A signal is enough for a part.
using System;
using System.IO;
using System.IO.Pipes;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;

static class Program
{
    const int Window = 28; // SIGWINCH

    [DllImport("libc")]
    static extern IntPtr pthread_self();

    [DllImport("libc")]
    static extern int pthread_kill(IntPtr thread, int signal);

    [DllImport("libc")]
    static extern IntPtr signal(int number, IntPtr handler);

    [DllImport("libdl.so.2")]
    static extern IntPtr dlsym(IntPtr library, string name);

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
        signal(Window, dlsym(IntPtr.Zero, "getpid")); // a handler that does nothing
        var data = new byte[300000];
        for (var i = 0; i < data.Length; i++)
            data[i] = (byte)(i / 1000);
        var server = new AnonymousPipeServerStream(PipeDirection.Out);
        var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        var thread = IntPtr.Zero;
        var writer = new Thread(() =>
        {
            thread = pthread_self();
            server.Write(data, 0, data.Length);
            server.Dispose();
        });
        writer.Start();
        var first = WaitUntilBlocked(server); // the pipe is full now
        pthread_kill(thread, Window);
        SpinWait.SpinUntil(() => WaitUntilBlocked(server) != first, 10000); // it is in the next call, for the rest
        var got = new byte[data.Length];
        int total = 0, count;
        while (total < got.Length && (count = client.Read(got, total, got.Length - total)) > 0)
            total += count;
        var wrong = 0;
        while (wrong < total && got[wrong] == data[wrong])
            wrong++;
        Console.WriteLine("{0} bytes arrived, the first wrong one is {1}", total, wrong == data.Length ? "none" : wrong.ToString());
    }
}
