// A stream built from a handle that was closed before gives another exception than the pages list.
using System;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

Try("client", handle => new AnonymousPipeClientStream(PipeDirection.In, handle));
Try("server", handle => new AnonymousPipeServerStream(PipeDirection.In, handle, handle));

static void Try(string what, Func<SafePipeHandle, PipeStream> make)
{
    var donor = new AnonymousPipeServerStream(PipeDirection.In);
    var handle = donor.SafePipeHandle;
    donor.Dispose();
    try
    {
        make(handle);
    }
    catch (Exception error)
    {
        Console.WriteLine($"{what}: {error.GetType().Name} (expected: IOException)");
    }
}
