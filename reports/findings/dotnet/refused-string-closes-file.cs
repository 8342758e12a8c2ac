// A client that refuses a string closes the file of that number later, from its finalizer.
using System;
using System.IO;
using System.IO.Pipes;
using System.Runtime.CompilerServices;

var path = Path.GetTempFileName();
using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
Refuse(file.SafeFileHandle.DangerousGetHandle().ToString());
GC.Collect();
GC.WaitForPendingFinalizers();
try
{
    file.WriteByte(1);
    file.Flush();
    Console.WriteLine("the file can be written (expected)");
}
catch (Exception error)
{
    Console.WriteLine($"the file can't be written any more: {error.GetType().Name}: {error.Message} (expected: it can)");
}
Environment.Exit(0);

[MethodImpl(MethodImplOptions.NoInlining)]
static void Refuse(string number)
{
    try
    {
        new AnonymousPipeClientStream(number);
    }
    catch (IOException error)
    {
        Console.WriteLine($"refused, as it should be: {error.Message}");
    }
}
