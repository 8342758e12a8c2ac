// A signal with a handler ends a Read that waits: IOException, "Interrupted system call".
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

    [DllImport("libc")]
    static extern int siginterrupt(int signal, int flag);

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
        WaitUntilBlocked(server);
        pthread_kill(thread, Window);
        Console.WriteLine(reader.Join(500) ? "the signal ended the read" : "the read goes on waiting");
    }
}
