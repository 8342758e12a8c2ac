// Each ReadAsync that waits holds a thread of the pool: with some dozens the pool has none left, and a read that could end does not.
using System;
using System.Collections.Generic;
using System.IO.Pipes;
using System.Threading.Tasks;

static class Program
{
    static void Main()
    {
        var servers = new List<AnonymousPipeServerStream>();
        Task<int> last = null;
        for (var i = 0; i < 200; i++)
        {
            servers.Add(new AnonymousPipeServerStream(PipeDirection.In));
            last = servers[i].ReadAsync(new byte[4], 0, 4);
        }
        servers[199].DisposeLocalCopyOfClientHandle();
        Console.WriteLine("the last read met the end of its stream within 3 s: " + last.Wait(3000));
        Environment.Exit(0);
    }
}
