// A forgotten server keeps its client handle open for good once that was given out as a string.
using System;
using System.IO;
using System.IO.Pipes;
using System.Linq;
using System.Runtime.CompilerServices;

Pipes(); // what the runtime opens on its way is not counted
Forget();

static void Forget()
{
    var before = Pipes();
    for (var i = 0; i < 20; i++)
        Make();
    for (var i = 0; i < 3; i++)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
    Console.WriteLine($"{Pipes() - before} of 40 handles are left after a collection (expected: 0)");
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void Make()
{
    new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable).GetClientHandleAsString();
}

static int Pipes()
{
    return Directory.GetFileSystemEntries("/proc/self/fd").Select(Target).Count(target => target.StartsWith("pipe:"));
}

[System.Runtime.InteropServices.DllImport("libc")]
static extern IntPtr readlink(string path, byte[] text, IntPtr size);

static string Target(string link)
{
    var text = new byte[256];
    var length = (int)readlink(link, text, (IntPtr)text.Length);
    return length < 0 ? "" : System.Text.Encoding.UTF8.GetString(text, 0, length);
}
