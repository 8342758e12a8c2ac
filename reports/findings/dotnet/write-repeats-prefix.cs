// A Write that a signal cuts short goes on with the array's beginning in place of its rest.
using System;
using System.Diagnostics;
using System.IO;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Threading;

static class Program
{
    const int Signal = 10, GetThread = 186, SignalThread = 234; // SIGUSR1, and gettid and tgkill of x86-64

    static void Main()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        var sent = new byte[4_000_000];
        for (var i = 0; i < sent.Length; i++)
            sent[i] = (byte)(i / 4096);
        var libc = NativeLibrary.Load("libc.so.6");
        signal(Signal, NativeLibrary.GetExport(libc, "getpid")); // a handler that does nothing
        long id = 0;
        var writer = new Thread(() =>
        {
            Volatile.Write(ref id, syscall(GetThread, 0, 0, 0));
            server.Write(sent, 0, sent.Length);
            server.Dispose();
        });
        writer.Start();
        WaitUntilInWrite(ref id); // the pipe is full
        var process = Process.GetCurrentProcess().Id;
        var got = new byte[65536];
        long at = 0, wrong = -1;
        for (int count; (count = client.Read(got, 0, got.Length)) > 0; at += count)
        {
            for (var i = 0; i < count && wrong < 0; i++)
                if (at + i >= sent.Length || got[i] != sent[at + i])
                    wrong = at + i;
            syscall(SignalThread, process, Volatile.Read(ref id), Signal);
            WaitUntilInWrite(ref id);
        }
        Console.WriteLine($"{at} bytes came; the first wrong one: {wrong} (expected: {sent.Length} bytes, and -1)");
    }

    // Until the thread is in write (1 on x86-64), as Linux tells it, or has ended.
    static void WaitUntilInWrite(ref long thread)
    {
        var deadline = Stopwatch.StartNew();
        while (deadline.ElapsedMilliseconds < 10_000)
        {
            var file = $"/proc/self/task/{Volatile.Read(ref thread)}/syscall";
            try
            {
                if (File.ReadAllText(file).StartsWith("1 "))
                    return;
            }
            catch (IOException) when (Volatile.Read(ref thread) != 0)
            {
                return;
            }
            catch (IOException) // it has not begun
            {
            }
        }
        throw new TimeoutException("the thread does not wait");
    }

    [DllImport("libc")]
    static extern IntPtr signal(int number, IntPtr handler);

    [DllImport("libc")]
    static extern long syscall(long number, long first, long second, long third);
}
