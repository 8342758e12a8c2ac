using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text;

namespace Pipects.Adapter
{
    /// <summary>What a StreamReader or StreamWriter is made with that nobody asked for, where its constructor has no default for it yet.</summary>
    static class Defaults
    {
        static readonly Dictionary<string, object> Values = new Dictionary<string, object>
        {
            { "encoding", new UTF8Encoding(false) },
            { "detectEncodingFromByteOrderMarks", true },
            { "bufferSize", 1024 },
        };

        /// <summary>Whether a caller who leaves this one out means a certain value.</summary>
        public static bool Knows(ParameterInfo parameter)
        {
            var type = parameter.Member.DeclaringType;
            return (type == typeof(StreamReader) || type == typeof(StreamWriter)) && Values.ContainsKey(parameter.Name + "");
        }

        /// <summary>That value, which later releases take by themselves.</summary>
        public static object Of(ParameterInfo parameter)
        {
            return Values[parameter.Name + ""];
        }
    }
}
