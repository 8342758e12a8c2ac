using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Threading;

namespace Pipects.Adapter
{
    /// <summary>The two ways of starting a child. Either returns its process id; the runtime collects its status, or a thread.</summary>
    static class Children
    {
        public static object Start(string way, string program, IList<string> arguments, IDictionary<string, string> environment)
        {
            if (way != "documented" && way != "platform")
                throw Fault.Parameters("no way to start a child: " + way);
            if (way == "platform" && Native.Windows)
                throw Fault.NoMethod("start by the platform's own call");
            try
            {
                return way == "documented" ? Documented(program, arguments, environment) : Platform(program, arguments, environment);
            }
            catch (System.Exception e)
            {
                throw new TargetInvocationException(e);
            }
        }

        static int Documented(string program, IList<string> arguments, IDictionary<string, string> environment)
        {
            var how = new ProcessStartInfo(program) { UseShellExecute = false };
            if (Implementation.IsMono)
                how.Arguments = string.Join(" ", arguments.Select(Quoted));
            else
                foreach (var argument in arguments)
                    how.ArgumentList.Add(argument);
            foreach (var variable in environment)
                how.Environment[variable.Key] = variable.Value;
            using (var child = new Process { StartInfo = how })
            {
                child.Start();
                return child.Id;
            }
        }

        /// <summary>Mono has an ArgumentList, but passes nothing of it on. It takes its line of arguments apart as a shell would.</summary>
        static string Quoted(string argument)
        {
            return "'" + argument.Replace("'", "'\\''") + "'";
        }

        static int Platform(string program, IList<string> arguments, IDictionary<string, string> environment)
        {
            var variables = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .Where(variable => !environment.ContainsKey((string)variable.Key))
                .Select(variable => variable.Key + "=" + variable.Value)
                .Concat(environment.Select(variable => variable.Key + "=" + variable.Value));
            var child = Native.Spawn(program, EndedByNull(new[] { program }.Concat(arguments)), EndedByNull(variables));
            new Thread(() => Native.Collect(child)) { IsBackground = true }.Start();
            return child;
        }

        static string[] EndedByNull(IEnumerable<string> texts)
        {
            var list = texts.ToArray();
            System.Array.Resize(ref list, list.Length + 1);
            return list;
        }
    }
}
