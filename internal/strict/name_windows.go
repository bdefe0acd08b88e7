package strict

import "golang.org/x/sys/windows"

// errNoName is the system's error for what cannot be the name of a file, such as sha*w.
const errNoName = windows.ERROR_INVALID_NAME
