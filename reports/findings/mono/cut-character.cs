// Half a character at the end of a stream is passed over; .NET reads it as U+FFFD.
using System;
using System.IO;

static class Program
{
    static void Main()
    {
        var text = new StreamReader(new MemoryStream(new byte[] { 0x61, 0xE2, 0x82 })).ReadToEnd();
        Console.WriteLine("{0} characters", text.Length);
    }
}
