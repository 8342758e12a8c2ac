// A disposed server leaves its client handle open once that was given out as a string.
using System;
using System.IO;
using System.IO.Pipes;

Give(1); // what the runtime opens on its way is not counted
var before = Count();
Give(20);
Console.WriteLine($"{Count() - before} of 40 handles are left (expected: 0)");

static void Give(int servers)
{
    for (var i = 0; i < servers; i++)
        using (var server = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable))
            server.GetClientHandleAsString();
    Count();
}

static int Count()
{
    return Directory.GetFileSystemEntries("/proc/self/fd").Length;
}
