using System;
using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pipects.Adapter
{
    /// <summary>Lets go of objects, and sees to it that the runtime does as well.</summary>
    static class Collector
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Dispose(ArrayList objects)
        {
            foreach (var one in objects)
                try
                {
                    (one as IDisposable)?.Dispose();
                }
                catch (Exception)
                {
                    // The protocol wants forgetting never to throw.
                }
        }

        /// <summary>Twice: an object that a finalizer lets go of is collected the second time.</summary>
        public static void Collect()
        {
            for (var i = 0; i < 2; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        /// <summary>Overwrites what earlier calls left on the stack: some collectors take for a reference whatever looks like one.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void WipeStack()
        {
            Span<long> wiped = stackalloc long[4096];
            wiped.Clear();
        }
    }
}
