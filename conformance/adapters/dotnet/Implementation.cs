using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Pipes;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipects.Adapter
{
    /// <summary>Which implementation this is, and what it lacks.</summary>
    static class Implementation
    {
        static readonly Type Mono = Type.GetType("Mono.Runtime") ?? typeof(object);

        public static bool IsMono
        {
            get { return Mono != typeof(object); }
        }

        public static string Name
        {
            get { return IsMono ? "Mono" : ".NET"; }
        }

        public static string Runtime
        {
            get
            {
                var display = Mono.GetMethod("GetDisplayName", BindingFlags.NonPublic | BindingFlags.Static);
                return display == null ? RuntimeInformation.FrameworkDescription : "Mono " + display.Invoke(null, null);
            }
        }

        /// <summary>The part of the runtime's name that is a number: ".NET 10.0.1", "Mono 6.8.0 (...)".</summary>
        public static string Version
        {
            get { return Runtime.Split(' ').First(word => char.IsDigit(word[0])); }
        }

        public static string System
        {
            get
            {
                if (Native.Windows)
                    return "windows";
                return RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "macos" : "linux";
            }
        }

        public static IEnumerable<string> Lacks()
        {
            if (!Has<PipeStream>("SetAccessControl"))
                yield return "access-control";
            if (!Has<Stream>("DisposeAsync"))
                yield return "async-dispose";
            if (!Has<Stream>("ReadExactly"))
                yield return "read-exactly";
            if (typeof(SafePipeHandle).GetConstructor(Type.EmptyTypes) == null)
                yield return "safe-handle-empty";
            if (Native.Windows)
            {
                yield return "signal";
                yield return "start-platform";
            }
        }

        static bool Has<T>(string method)
        {
            return typeof(T).GetMethods().Any(one => one.Name == method);
        }
    }
}
