// A handle string that was refused is closed all the same, later, by the finalizer: somebody else's file is gone.
using System;
using System.IO;
using System.IO.Pipes;

static class Program
{
    static void Refused(string number)
    {
        try
        {
            new AnonymousPipeClientStream(PipeDirection.In, number);
        }
        catch (IOException e)
        {
            Console.WriteLine("refused: " + e.Message);
        }
    }

    static void Main()
    {
        var file = File.OpenRead("/etc/hostname");
        Refused(file.SafeFileHandle.DangerousGetHandle().ToString());
        GC.Collect();
        GC.WaitForPendingFinalizers();
        try
        {
            Console.WriteLine("the file is as it was: " + file.ReadByte());
        }
        catch (IOException e)
        {
            Console.WriteLine("the file is closed: " + e.Message);
        }
    }
}
