using System;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Linq;
using System.Reflection;

namespace Pipects.Adapter
{
    /// <summary>Members that take a span, which reflection cannot pass: their arguments hold arrays, and they are called by name.</summary>
    static class Spans
    {
        public static bool Is(Type type)
        {
            return type == typeof(Span<byte>) || type == typeof(ReadOnlySpan<byte>);
        }

        public static bool Takes(MethodBase method)
        {
            return method.GetParameters().Any(parameter => Is(parameter.ParameterType));
        }

        [return: MaybeNull]
        public static object Call(MethodInfo method, [AllowNull] object target, IList arguments)
        {
            if (target is Stream stream)
                try
                {
                    switch (method.Name)
                    {
                        case "Read":
                            return stream.Read(Span(arguments));
                        case "Write":
                            stream.Write(Span(arguments));
                            return null;
#if NET7_0_OR_GREATER
                        case "ReadExactly":
                            stream.ReadExactly(Span(arguments));
                            return null;
                        case "ReadAtLeast":
                            return stream.ReadAtLeast(Span(arguments), Convert.ToInt32(arguments[1]), Convert.ToBoolean(arguments[2]));
#endif
                    }
                }
                catch (Exception e)
                {
                    throw new TargetInvocationException(e);
                }
            throw Fault.NoMember("method " + method.Name + " with a span that the adapter knows");
        }

        static Span<byte> Span(IList arguments)
        {
            return new Span<byte>(arguments[0] as byte[]);
        }
    }
}
