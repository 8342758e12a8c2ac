// The callback of a BeginRead or BeginWrite that can end at once runs on the caller's thread, before Begin returns, as its
// result says.
using System;
using System.IO.Pipes;
using System.Threading;

using var server = new AnonymousPipeServerStream(PipeDirection.Out);
using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
Try("BeginWrite", (buffer, callback) => server.EndWrite(server.BeginWrite(buffer, 0, 1, callback, null)));
server.WriteByte(1);
Try("BeginRead", (buffer, callback) => client.EndRead(client.BeginRead(buffer, 0, 1, callback, null)));

static void Try(string member, Action<byte[], AsyncCallback> call)
{
    var caller = Environment.CurrentManagedThreadId;
    using var called = new ManualResetEventSlim();
    call(new byte[1], result =>
    {
        Console.WriteLine($"{member}: its callback runs on the caller's thread: {Environment.CurrentManagedThreadId == caller}; completed synchronously: {result.CompletedSynchronously}");
        called.Set();
    });
    called.Wait(3000);
}
