// Process.Start closes every descriptor above 2 in the child, so the inherited client handle is not there.
using System;
using System.Diagnostics;
using System.IO;
using System.IO.Pipes;

static class Program
{
    static void Main(string[] arguments)
    {
        if (arguments.Length == 1)
        {
            Console.WriteLine("child: descriptor {0} is open: {1}", arguments[0], Directory.GetFileSystemEntries("/proc/self/fd").Length > 0
                && new FileInfo("/proc/self/fd/" + arguments[0]).Exists);
            return;
        }
        using (var server = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable))
        {
            var self = System.Reflection.Assembly.GetExecutingAssembly().Location;
            var how = new ProcessStartInfo("mono", self + " " + server.GetClientHandleAsString()) { UseShellExecute = false };
            using (var child = Process.Start(how))
                child.WaitForExit();
        }
    }
}
