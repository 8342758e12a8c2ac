// EndRead of another stream's result, while a read of the stream's own waits, gives an InvalidOperationException.
using System;
using System.IO.Pipes;

static class Program
{
    static void Try(string what, Action end)
    {
        try
        {
            end();
            Console.WriteLine(what + ": returned");
        }
        catch (Exception e)
        {
            var argument = e as ArgumentException;
            Console.WriteLine("{0}: {1} naming {2}", what, e.GetType().Name, argument == null || argument.ParamName == null ? "nothing" : argument.ParamName);
        }
    }

    static void Main()
    {
        var one = new AnonymousPipeServerStream(PipeDirection.In);
        var other = new AnonymousPipeServerStream(PipeDirection.In);
        var result = one.BeginRead(new byte[4], 0, 4, null, null);
        Try("EndRead with another stream's result", () => other.EndRead(result));
        other.BeginRead(new byte[4], 0, 4, null, null);
        Try("the same while a read of its own waits", () => other.EndRead(result));
        Environment.Exit(0);
    }
}
