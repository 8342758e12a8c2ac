// A handle string with a number beyond the process's limit of descriptors ends the process with SIGABRT instead of an exception.
using System;
using System.IO.Pipes;

static class Program
{
    static void Main()
    {
        try
        {
            new AnonymousPipeClientStream(PipeDirection.In, "2147483647");
        }
        catch (Exception e)
        {
            Console.WriteLine(e.GetType().Name);
        }
    }
}
