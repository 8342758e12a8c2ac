// Dispose of what has been used never returns if the handle object has no handle to close: it borrows one, or gave its own up.
using System;
using System.IO.Pipes;
using System.Threading;
using Microsoft.Win32.SafeHandles;

static void Dispose(IDisposable what, string which)
{
    var disposing = new Thread(what.Dispose) { IsBackground = true };
    disposing.Start();
    Console.WriteLine($"Dispose of {which} returned within 3 s: {disposing.Join(3000)} (expected: True)");
}

using var server = new AnonymousPipeServerStream(PipeDirection.Out);
var number = server.SafePipeHandle.DangerousGetHandle();
var borrower = new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(number, ownsHandle: false));
borrower.WriteByte(1);
Dispose(borrower, "a stream that borrows its handle");

var other = new AnonymousPipeServerStream(PipeDirection.Out);
other.WriteByte(1);
var handle = other.SafePipeHandle;
handle.SetHandleAsInvalid();
Dispose(handle, "a handle object that gave its handle up");
Environment.Exit(0);
