// A signal with a handler ends a Read that waits: IOException, "Interrupted system call".
using System;
using System.IO;
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

    [DllImport("libc")]
    static extern int siginterrupt(int signal, int flag);

    [DllImport("libdl.so.2")]
    static extern IntPtr dlsym(IntPtr library, string name);

    static void Main()
    {
        signal(Window, dlsym(IntPtr.Zero, "getpid")); // a handler that does nothing
        siginterrupt(Window, 1);
        var server = new AnonymousPipeServerStream(PipeDirection.In);
        var thread = IntPtr.Zero;
        var reader = new Thread(() =>
        {
            thread = pthread_self();
            try
            {
                Console.WriteLine("Read returned " + server.Read(new byte[4], 0, 4));
            }
            catch (IOException e)
            {
                Console.WriteLine("IOException: " + e.Message);
            }
        }) { IsBackground = true };
        reader.Start();
        Thread.Sleep(500);
        pthread_kill(thread, Window);
        Console.WriteLine(reader.Join(500) ? "the signal ended the read" : "the read goes on waiting");
    }
}
