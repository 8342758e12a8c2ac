// BeginRead and BeginWrite look at neither their arguments nor the stream's state; EndRead and EndWrite throw what they should have.
using System;
using System.IO.Pipes;

static class Program
{
    static void Try(string what, Func<IAsyncResult> begin)
    {
        try
        {
            begin();
            Console.WriteLine(what + ": returned");
        }
        catch (Exception e)
        {
            Console.WriteLine(what + ": " + e.GetType().Name);
        }
    }

    static void Main()
    {
        Try("BeginRead, buffer null", () => new AnonymousPipeServerStream(PipeDirection.In).BeginRead(null, 0, 1, null, null));
        Try("BeginRead, offset -1", () => new AnonymousPipeServerStream(PipeDirection.In).BeginRead(new byte[4], -1, 1, null, null));
        Try("BeginWrite, count -1", () => new AnonymousPipeServerStream(PipeDirection.Out).BeginWrite(new byte[4], 0, -1, null, null));
        Try("BeginWrite, past the end", () => new AnonymousPipeServerStream(PipeDirection.Out).BeginWrite(new byte[4], 2, 4, null, null));
        var closed = new AnonymousPipeServerStream(PipeDirection.Out);
        closed.Dispose();
        Try("BeginWrite, disposed", () => closed.BeginWrite(new byte[4], 0, 4, null, null));
    }
}
