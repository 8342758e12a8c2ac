// On Windows each asynchronous operation that waits holds a thread of the pool: behind seventy of them one that could end does not.
using System;
using System.IO.Pipes;
using System.Threading.Tasks;

const int many = 71;
var servers = new AnonymousPipeServerStream[many];
var reads = new Task<int>[many];
for (var i = 0; i < many; i++)
{
    servers[i] = new AnonymousPipeServerStream(PipeDirection.In);
    reads[i] = servers[i].ReadAsync(new byte[4], 0, 4);
}
servers[many - 1].DisposeLocalCopyOfClientHandle();
Console.WriteLine($"the last read met the end of its stream within 3 s: {reads[many - 1].Wait(3000)}");
Environment.Exit(0);
