// The size of a pipe whose handle the system no longer knows gives another exception than the page lists.
using System;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

Try(PipeDirection.In, stream => stream.InBufferSize);
Try(PipeDirection.Out, stream => stream.OutBufferSize);

static void Try(PipeDirection direction, Func<PipeStream, int> size)
{
    var owner = new AnonymousPipeServerStream(direction);
    var number = owner.SafePipeHandle.DangerousGetHandle();
    var borrower = new AnonymousPipeClientStream(direction, new SafePipeHandle(number, ownsHandle: false));
    owner.SafePipeHandle.Dispose();
    try
    {
        Console.WriteLine($"{direction}: {size(borrower)}");
    }
    catch (Exception error)
    {
        Console.WriteLine($"{direction}: {error.GetType().Name} (expected: IOException)");
    }
}
