using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.IO.Pipes;
using System.Linq;
using Microsoft.Win32.SafeHandles;

namespace Pipects.Adapter
{
    /// <summary>Types by the names that the documentation gives them, without namespaces.</summary>
    static class TypeNames
    {
        static readonly string[] Namespaces =
        {
            "System.IO.Pipes", "System.IO", "Microsoft.Win32.SafeHandles", "System.Threading", "System.Threading.Tasks", "System"
        };

        /// <summary>Types whose assemblies hold all others, in whichever way a release divides them.</summary>
        static readonly Type[] Landmarks = { typeof(PipeStream), typeof(Stream), typeof(HandleInheritability), typeof(SafePipeHandle) };

        public static Type Find(string name)
        {
            foreach (var assembly in Landmarks.Select(landmark => landmark.Assembly).Distinct())
                foreach (var space in Namespaces)
                {
                    var type = assembly.GetType(space + "." + name);
                    if (type != null && type.IsPublic)
                        return type;
                }
            throw Fault.NoMember("type " + name);
        }

        /// <summary>The name without namespace and without type arguments.</summary>
        public static string Plain(Type type)
        {
            return type.Name.Split('`')[0];
        }

        /// <summary>The name as the documentation writes it: Byte[], Task&lt;Int32&gt;.</summary>
        public static string Full(Type type)
        {
            if (type.IsArray || type.IsByRef)
                return Full(Element(type)) + type.Name.Substring(type.Name.TrimEnd('[', ']', ',', '&').Length);
            if (!type.IsGenericType)
                return type.Name;
            return Plain(type) + "<" + string.Join(", ", type.GetGenericArguments().Select(Full)) + ">";
        }

        /// <summary>The name of what an object is to a reader of the documentation: its nearest public class.</summary>
        public static string Of(object value)
        {
            if (value is Operation operation)
                return operation.Type;
            if (value is AsyncResult)
                return "IAsyncResult";
            var type = value.GetType();
            while (!type.IsPublic && type.BaseType != null && type.BaseType != typeof(object))
                type = type.BaseType;
            return Plain(type);
        }

        static Type Element(Type type)
        {
            return type.GetElementType() ?? type;
        }
    }
}
