// The number of a socket passes as that of a pipe.
using System;
using System.IO.Pipes;
using System.Net.Sockets;

static class Program
{
    static void Main()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            new AnonymousPipeClientStream(PipeDirection.In, socket.Handle.ToString());
            Console.WriteLine("accepted");
        }
        catch (Exception e)
        {
            Console.WriteLine(e.GetType().Name);
        }
        Environment.Exit(0);
    }
}
