// Where Mono does what every .NET does, against the documentation.
using System;
using System.IO.Pipes;

static class Program
{
    static void Try(string what, Func<object> get)
    {
        try
        {
            Console.WriteLine("{0}: {1}", what, get());
        }
        catch (Exception e)
        {
            Console.WriteLine("{0}: {1}", what, e.GetType().Name);
        }
    }

    static void Main()
    {
        var closed = new AnonymousPipeServerStream(PipeDirection.In);
        closed.Dispose();
        Try("CanRead, closed", () => closed.CanRead);
        Try("TransmissionMode, closed", () => closed.TransmissionMode);
        var broken = new AnonymousPipeServerStream(PipeDirection.Out);
        broken.DisposeLocalCopyOfClientHandle();
        Try("Write, no reader", () => { broken.WriteByte(1); return null; });
        Try("TransmissionMode, broken", () => broken.TransmissionMode);
        Try("OutBufferSize, broken", () => broken.OutBufferSize);
        Try("ReadMode set, broken", () => broken.ReadMode = PipeTransmissionMode.Byte);
        var open = new AnonymousPipeServerStream(PipeDirection.Out);
        Try("WaitForPipeDrain", () => { open.WaitForPipeDrain(); return null; });
        var handle = open.ClientSafePipeHandle;
        handle.Dispose();
        Try("a client on a closed handle", () => new AnonymousPipeClientStream(PipeDirection.In, handle));
    }
}
