// No constructor of StreamReader or StreamWriter takes leaveOpen without an encoding and a buffer size.
using System;
using System.IO;
using System.Linq;

static class Program
{
    static void Main()
    {
        foreach (var type in new[] { typeof(StreamReader), typeof(StreamWriter) })
            foreach (var constructor in type.GetConstructors())
            {
                var parameters = constructor.GetParameters();
                if (parameters.Any(each => each.Name == "leaveOpen"))
                    Console.WriteLine("{0}: {1} of {2} parameters must be given", type.Name,
                        parameters.Count(each => !each.IsOptional), parameters.Length);
            }
    }
}
