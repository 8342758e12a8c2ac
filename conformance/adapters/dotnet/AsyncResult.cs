using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace Pipects.Adapter
{
    /// <summary>An <see cref="IAsyncResult"/>, whose members a class may implement where reflection on it does not see them.</summary>
    public sealed class AsyncResult
    {
        internal AsyncResult(IAsyncResult result, IDictionary<string, byte[]> arrays)
        {
            Result = result;
            Arrays = arrays;
        }

        internal IAsyncResult Result { get; }

        /// <summary>The arrays of the call that began this, by their parameters' names.</summary>
        internal IDictionary<string, byte[]> Arrays { get; }

        public bool IsCompleted
        {
            get { return Result.IsCompleted; }
        }

        public bool CompletedSynchronously
        {
            get { return Result.CompletedSynchronously; }
        }

        [MaybeNull]
        public object AsyncState
        {
            get { return Result.AsyncState; }
        }

        /// <summary>Waits by the result's <see cref="IAsyncResult.AsyncWaitHandle"/>.</summary>
        public void WaitOne()
        {
            Result.AsyncWaitHandle.WaitOne();
        }
    }
}
