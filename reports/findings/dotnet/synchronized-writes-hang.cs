// On Windows two asynchronous writes at one time through Stream.Synchronized wait for each other for good.
using System;
using System.IO;
using System.IO.Pipes;
using System.Threading.Tasks;

const int size = 300_000;
var server = new AnonymousPipeServerStream(PipeDirection.Out);
var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
var wrapper = Stream.Synchronized(server);
for (var i = 0; i < 2; i++)
    _ = Task.Run(() => wrapper.WriteAsync(new byte[size], 0, size));
var read = 0;
var reading = Task.Run(() =>
{
    var got = new byte[65536];
    while (read < 2 * size)
        read += client.Read(got, 0, got.Length);
});
reading.Wait(3000);
Console.WriteLine($"{read} of {2 * size} bytes came within 3 s");
Environment.Exit(0);
