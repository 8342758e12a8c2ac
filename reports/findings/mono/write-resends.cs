// A Write that the system took in parts begins anew with the array's first byte after each part. A signal is enough for a part.
using System;
using System.IO.Pipes;
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
        Thread.Sleep(500); // the pipe is full now
        pthread_kill(thread, Window);
        Thread.Sleep(100);
        var got = new byte[data.Length];
        int total = 0, count;
        while (total < got.Length && (count = client.Read(got, total, got.Length - total)) > 0)
            total += count;
        var first = 0;
        while (first < total && got[first] == data[first])
            first++;
        Console.WriteLine("{0} bytes arrived, the first wrong one is {1}", total, first == data.Length ? "none" : first.ToString());
    }
}
