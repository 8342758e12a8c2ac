#pragma once

// Everything that a user of anonymous pipes needs.

#include <Microsoft/Win32/SafeHandles/SafePipeHandle.hpp>
#include <System/Exceptions.hpp>
#include <System/IAsyncResult.hpp>
#include <System/IO/HandleInheritability.hpp>
#include <System/IO/Pipes/AnonymousPipeClientStream.hpp>
#include <System/IO/Pipes/AnonymousPipeServerStream.hpp>
#include <System/IO/Pipes/PipeDirection.hpp>
#include <System/IO/Pipes/PipeStream.hpp>
#include <System/IO/Pipes/PipeTransmissionMode.hpp>
#include <System/IO/Stream.hpp>
#include <System/IO/StreamBuffer.hpp>
#include <System/IO/StreamReader.hpp>
#include <System/IO/StreamWriter.hpp>
#include <System/Threading/Tasks/Task.hpp>
#include <System/Types.hpp>
