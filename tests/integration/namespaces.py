"""Two networks of our own, apart from the machine's: one for the exporter, one for the world that it
probes, and a cable between them. Nothing in them can leave either."""

import os
import subprocess

from harness import Process, tool, wait_until

OURS = "192.0.2.1"
THEIRS = "192.0.2.2"    # the providers
NEUTRAL = "192.0.2.3"   # the canaries


class Network(Process):
    """A network namespace, with mounts of its own, as long as a sleeping process is in it."""

    def __init__(self, test, within=None):
        # Root may make one; others first become root of nothing but the namespaces.
        user = [] if os.geteuid() == 0 else ["--user"]
        flags = [] if within or not user else ["--map-root-user"]
        argv = [tool("unshare"), *flags, "--net", "--mount", tool("sleep"), "infinity"]
        self.prefix = []
        super().__init__(test, argv, **({"network": within} if within else {}))
        pid = self.popen.pid
        wait_until("the namespaces", lambda: self._apart(pid))
        self.prefix = [tool("nsenter"), f"--target={pid}", "--net", "--mount", *user,
                       *(["--preserve-credentials"] if user else []), "--"]
        self.run("ip", "link", "set", "lo", "up")

    def _apart(self, pid):
        if self.popen.poll() is not None:
            raise AssertionError(f"{self.argv}: {self.output()}")
        of = [os.readlink(f"/proc/{p}/ns/{kind}") for p in (pid, "self") for kind in ("net", "mnt")]
        within = getattr(self.network, "popen", None)
        others = {os.readlink(f"/proc/{within.pid}/ns/{k}") for k in ("net", "mnt")} if within else set()
        return not {*of[:2]} & {*of[2:], *others}

    def run(self, *argv):
        """What a command prints in here."""
        done = subprocess.run([*self.prefix, tool(argv[0]), *argv[1:]], capture_output=True, text=True)
        assert done.returncode == 0, f"{argv}: {done.stderr}"
        return done.stdout

    def http(self, url, method="GET", body=None):
        """As harness.http, without headers."""
        done = subprocess.run(
            [*self.prefix, tool("curl"), "-sS", "-m", "30", "-X", method, "-w", "\n%{http_code}",
             *(["--data-binary", body] if body else []), url], capture_output=True, text=True)
        if done.returncode:
            raise ConnectionError(done.stderr)
        text, _, status = done.stdout.rpartition("\n")
        return int(status), {}, text


def connect(ours, theirs):
    """The cable. Pulled with `ours.run("ip", "link", "set", "world", "down")`."""
    ours.run("ip", "link", "add", "world", "type", "veth", "peer", "name", "world", "netns",
             str(theirs.popen.pid))
    for network, addresses in ((ours, [OURS]), (theirs, [THEIRS, NEUTRAL])):
        for address in addresses:
            network.run("ip", "address", "add", f"{address}/24", "dev", "world")
        network.run("ip", "link", "set", "world", "up")


def use_resolver(network, folder, address):
    """Programs that are started in `network` from now on ask `address` for names."""
    path = folder.write("resolv.conf", f"nameserver {address}\noptions timeout:1 attempts:1\n")
    network.run("mount", "--bind", str(path), "/etc/resolv.conf")
