// BeginRead takes a bad argument, and keeps quiet about a closed stream until EndRead.
using System;
using System.IO.Pipes;

Try("a null buffer", "ArgumentNullException", server => server.BeginRead(null!, 0, 1, null, null));
Try("a negative offset", "ArgumentOutOfRangeException", server => server.BeginRead(new byte[4], -1, 1, null, null));
Try("a closed stream", "ObjectDisposedException", server =>
{
    server.Dispose();
    return server.BeginRead(new byte[4], 0, 4, null, null);
});
Environment.Exit(0);

static void Try(string what, string expected, Func<PipeStream, IAsyncResult> call)
{
    try
    {
        call(new AnonymousPipeServerStream(PipeDirection.In));
        Console.WriteLine($"BeginRead with {what}: returned (expected: {expected})");
    }
    catch (Exception error)
    {
        Console.WriteLine($"BeginRead with {what}: {error.GetType().Name} (expected)");
    }
}
