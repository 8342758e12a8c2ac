// A StreamReader and a StreamWriter that leave their stream open go on reading and writing once they are closed.
using System;
using System.IO;
using System.IO.Pipes;
using System.Text;

static class Program
{
    static void Main()
    {
        using (var server = new AnonymousPipeServerStream(PipeDirection.Out))
        using (var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle))
        {
            var writer = new StreamWriter(server, new UTF8Encoding(false), 1024, true);
            writer.Dispose();
            Say("the closed writer writes", () => { writer.Write("a line\n"); writer.Flush(); return "it did"; });

            var reader = new StreamReader(client, Encoding.UTF8, true, 1024, true);
            reader.Dispose();
            Say("the closed reader reads", () => reader.ReadLine());
        }
    }

    static void Say(string what, Func<string> act)
    {
        string came;
        try { came = act(); }
        catch (ObjectDisposedException) { came = "ObjectDisposedException"; }
        Console.WriteLine("{0}: {1} (expected: ObjectDisposedException)", what, came);
    }
}
