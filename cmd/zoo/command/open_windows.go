package command

import (
	"context"
	"runtime"

	"golang.org/x/sys/windows"
)

// openFile opens a file as a double click does.
func openFile(_ context.Context, file string) error {
	// Programs that the shell starts may need COM, which is initialised per thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED|windows.COINIT_DISABLE_OLE1DDE) == nil {
		defer windows.CoUninitialize()
	}
	name, err := windows.UTF16PtrFromString(file)
	if err != nil {
		return err
	}
	return windows.ShellExecute(0, nil, name, nil, nil, windows.SW_SHOWNORMAL)
}
