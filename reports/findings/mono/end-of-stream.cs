// Inheritable marks both ends as inheritable: the child holds the server's end, and waits for an end of the stream that it prevents itself.
using System;
using System.IO;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Threading;

static class Program
{
    [DllImport("libc")]
    static extern int system(string command);

    static void Main()
    {
        var server = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
        var handle = server.GetClientHandleAsString();
        var marker = Path.GetTempFileName();
        var child = new Thread(() => system("rm " + marker + "; timeout 3 cat <&" + handle + "; echo \"cat ended with $?\" '(0: end of the stream, 124: still waiting after 3 s)'"));
        child.Start();
        SpinWait.SpinUntil(() => !File.Exists(marker), 10000); // the child is there, with all that it inherits
        server.DisposeLocalCopyOfClientHandle();
        server.Dispose();
        child.Join();
    }
}
