// Dispose of a stream that has been used never returns if its handle is not the handle object's own to close.
using System;
using System.IO.Pipes;
using System.Threading;
using Microsoft.Win32.SafeHandles;

using var server = new AnonymousPipeServerStream(PipeDirection.Out);
var number = server.SafePipeHandle.DangerousGetHandle();
var borrower = new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(number, ownsHandle: false));
borrower.WriteByte(1);
var disposing = new Thread(borrower.Dispose) { IsBackground = true };
disposing.Start();
Console.WriteLine($"Dispose returned within 3 s: {disposing.Join(3000)} (expected: True)");
Environment.Exit(0);
