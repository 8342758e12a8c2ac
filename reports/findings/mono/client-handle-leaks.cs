// Once the handle string was given out, nothing but DisposeLocalCopyOfClientHandle closes the client's handle: neither Dispose nor the finalizer.
using System;
using System.IO;
using System.IO.Pipes;

static class Program
{
    static int Open()
    {
        return Directory.GetFileSystemEntries("/proc/self/fd").Length;
    }

    static void Disposed()
    {
        using (var server = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable))
            server.GetClientHandleAsString();
    }

    static void Forgotten()
    {
        new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable).GetClientHandleAsString();
    }

    static void Times(int count, string what, Action step)
    {
        step();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Open();
        for (var i = 0; i < count; i++)
            step();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Console.WriteLine("{0} servers {1}: {2} descriptors more", count, what, Open() - before);
    }

    static void Main()
    {
        Times(100, "disposed", Disposed);
        Times(100, "forgotten", Forgotten);
    }
}
