// What protects the process from itself, before anything secret is read.
#pragma once

namespace llm {

// No secret in a core file: the core limit is 0, and because the kernel ignores that limit when
// cores go through a pipe (core(5)), the coredump filter leaves out all private memory too. SIGPIPE
// is ignored: a peer that hangs up is an error code, not a death. Standard descriptors that the
// caller closed are opened on /dev/null, or the next socket would take their number.
void harden_process();

}  // namespace llm
