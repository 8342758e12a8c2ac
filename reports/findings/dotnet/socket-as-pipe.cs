// The number of a socket is taken for a pipe's handle.
using System;
using System.IO.Pipes;
using System.Net.Sockets;

using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
try
{
    var client = new AnonymousPipeClientStream(socket.Handle.ToString());
    Console.WriteLine($"a client, connected: {client.IsConnected} (expected: IOException or ArgumentException)");
    GC.SuppressFinalize(client.SafePipeHandle);
    GC.SuppressFinalize(client);
}
catch (Exception error)
{
    Console.WriteLine($"{error.GetType().Name} (expected)");
}
