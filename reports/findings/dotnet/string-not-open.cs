// A number that is no open handle gives an exception that no page lists.
using System;
using System.IO.Pipes;

try
{
    new AnonymousPipeClientStream("99999");
}
catch (Exception error)
{
    Console.WriteLine($"{error.GetType().Name}: {error.Message} (expected: IOException, or ArgumentException for pipeHandleAsString)");
}
