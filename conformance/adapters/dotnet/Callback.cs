using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace Pipects.Adapter
{
    /// <summary>A callback for BeginRead and BeginWrite that remembers how it was called.</summary>
    public sealed class Callback
    {
        readonly Thread beginner = Thread.CurrentThread;
        readonly ManualResetEvent called = new ManualResetEvent(false);
        readonly Action<Callback, IAsyncResult> end;
        Action<Callback> rethrow = callback => { };
        int count;

        /// <param name="end">Ends the operation inside the callback and keeps its result.</param>
        /// <param name="arrays">The arrays of the call that begins the operation.</param>
        internal Callback(Action<Callback, IAsyncResult> end, IDictionary<string, byte[]> arrays)
        {
            this.end = end;
            Arrays = arrays;
        }

        [MaybeNull, AllowNull]
        internal object Result { get; set; }

        internal IDictionary<string, byte[]> Arrays { get; }

        public int Count
        {
            get { return count; }
        }

        public bool SameThread { get; private set; }

        [return: MaybeNull]
        public object Wait()
        {
            called.WaitOne();
            rethrow(this);
            return Result;
        }

        internal void Invoke(IAsyncResult result)
        {
            SameThread = Thread.CurrentThread == beginner;
            try
            {
                end(this, result);
            }
            catch (Exception e)
            {
                var thrown = ExceptionDispatchInfo.Capture(Invocation.Unwrap(e));
                rethrow = callback => thrown.Throw();
            }
            Interlocked.Increment(ref count);
            called.Set();
        }
    }
}
