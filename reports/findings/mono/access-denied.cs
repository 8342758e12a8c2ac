// A system error EBADF becomes UnauthorizedAccessException, which is no IOException.
using System;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

static class Program
{
    static void Main()
    {
        var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        var write = pipe.SafePipeHandle;
        try
        {
            new AnonymousPipeClientStream(PipeDirection.In, new SafePipeHandle(write.DangerousGetHandle(), false)).Read(new byte[4], 0, 4);
        }
        catch (Exception e)
        {
            Console.WriteLine("Read from a write end: {0}: {1}", e.GetType().Name, e.Message);
        }
        try
        {
            new AnonymousPipeClientStream(PipeDirection.In, "900");
        }
        catch (Exception e)
        {
            Console.WriteLine("a number that is not open: {0}: {1}", e.GetType().Name, e.Message);
        }
        var owner = new AnonymousPipeServerStream(PipeDirection.In);
        var borrower = new AnonymousPipeClientStream(PipeDirection.In, new SafePipeHandle(owner.SafePipeHandle.DangerousGetHandle(), false));
        owner.SafePipeHandle.Dispose();
        try
        {
            Console.WriteLine(borrower.InBufferSize);
        }
        catch (Exception e)
        {
            Console.WriteLine("InBufferSize of a handle that is closed meanwhile: {0}: {1}", e.GetType().Name, e.Message);
        }
    }
}
