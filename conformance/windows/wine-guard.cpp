// What .NET needs under Wine 8, and nowhere else: its managed exceptions leave the stack without unwinding
// it, and Wine's list of exception frames (TEB.ExceptionList) keeps entries that are gone. They are dropped
// before an exception is dispatched.
#include <windows.h>

namespace {

constexpr DWORD managed = 0xE0434352;
constexpr DWORD native = 0xE06D7363;
constexpr DWORD firstPass = 0x02345678;
constexpr DWORD secondPass = 0x02345679;

EXCEPTION_REGISTRATION_RECORD* Nobody() {
    return reinterpret_cast<EXCEPTION_REGISTRATION_RECORD*>(~static_cast<ULONG_PTR>(0));
}

LONG CALLBACK DropTheGone(EXCEPTION_POINTERS* raised) {
    NT_TIB* thread = reinterpret_cast<NT_TIB*>(NtCurrentTeb());
    EXCEPTION_REGISTRATION_RECORD* head = thread->ExceptionList;
    const DWORD code = raised->ExceptionRecord->ExceptionCode;
    const bool ofTheRuntime = code == managed || code == native || code == firstPass || code == secondPass;
    const bool belowTheStack = reinterpret_cast<DWORD64>(head) < raised->ContextRecord->Rsp;
    if (ofTheRuntime || belowTheStack || (head != Nobody() && head->Handler == nullptr))
        thread->ExceptionList = Nobody();
    return EXCEPTION_CONTINUE_SEARCH;
}

}  // namespace

BOOL WINAPI DllMain(HINSTANCE /*module*/, DWORD why, LPVOID /*reserved*/) {
    if (why == DLL_PROCESS_ATTACH) AddVectoredExceptionHandler(1, DropTheGone);
    return TRUE;
}
