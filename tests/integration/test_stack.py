"""docker-compose.yml and the Dockerfile, as far as they can be seen without a Docker engine: Compose
itself reads the one, the other is compared with the program that it is for."""

import json
import pathlib
import re
import shlex
import shutil
import subprocess
import unittest

from harness import BINARY, ROOT, Folder, run_once, tool

COMPOSE = "../../sid/usr/libexec/docker/cli-plugins/docker-compose"  # beside the tools
ADDRESS = re.compile(r"([a-z-]+):(\d+)")


class Compose(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(self).path

    def project(self):
        """What Compose makes of the file in a folder that has this repository's files and `.env`."""
        done = subprocess.run(
            [tool(COMPOSE), f"--project-directory={self.folder}",
             f"--file={ROOT / 'docker-compose.yml'}", "config", "--format=json"],
            env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def mounts(self, service):
        """{path in the container: path in this repository} of a service's folders."""
        return {v["target"]: ROOT / pathlib.Path(v["source"]).relative_to(self.folder)
                for v in service["volumes"] if v["type"] == "bind"}

    def in_repository(self, service, path):
        """Where a path of a container is in this repository."""
        for target, source in self.mounts(service).items():
            if path == target or path.startswith(f"{target}/"):
                return source / path[len(target) + 1:] if path != target else source
        self.fail(f"{path} is not mounted")

    def test_every_service_is_confined_pinned_and_watched(self):
        services = self.project()["services"]
        self.assertEqual(set(services), {"llm-exporter", "prometheus", "alertmanager", "grafana"})
        for name, service in services.items():
            with self.subTest(service=name):
                self.assertRegex(service["user"], r"^[1-9]\d*:[1-9]\d*$")
                self.assertTrue(service["read_only"])
                self.assertEqual(service["cap_drop"], ["ALL"])
                self.assertIn("no-new-privileges:true", service["security_opt"])
                self.assertNotIn("privileged", service)
                self.assertIn("test", service["healthcheck"])
                self.assertEqual({p["host_ip"] for p in service["ports"]}, {"127.0.0.1"})
                self.assertTrue(any(v["type"] == "volume" for v in service["volumes"]))
                for volume in service["volumes"]:
                    self.assertTrue(volume["type"] == "volume" or volume["read_only"], volume)
                if "build" not in service:
                    self.assertRegex(service["image"], r":v?\d+\.\d+\.\d+$")

    def test_what_is_mounted_is_here(self):
        for name, service in self.project()["services"].items():
            for target, source in self.mounts(service).items():
                if "secrets" not in source.parts:
                    self.assertTrue(source.exists(), f"{name}: {target}")
        services = self.project()["services"]
        for name in ("prometheus", "alertmanager"):
            file = services[name]["command"][0].removeprefix("--config.file=")
            self.assertTrue(self.in_repository(services[name], file).is_file(), file)
        for name in ("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH",):
            file = services["grafana"]["environment"][name]
            self.assertTrue(self.in_repository(services["grafana"], file).is_file(), file)
        provisioning = (ROOT / "grafana/provisioning/dashboards/llm-probe.yml").read_text()
        dashboards = re.search(r"path: (\S+)", provisioning).group(1)
        self.assertTrue(list(self.in_repository(services["grafana"], dashboards).glob("*.json")))

    def test_services_are_called_by_their_names_and_ports(self):
        services = self.project()["services"]
        ports = {(name, str(p["target"])) for name, s in services.items() for p in s["ports"]}
        prometheus = ROOT / "config/prometheus.yml"
        called = set()
        for file in (prometheus, ROOT / "grafana/provisioning/datasources/llm-probe.yml"):
            text = re.sub(r"#.*", "", file.read_text())
            called |= {address for address in ADDRESS.findall(text)}
        self.assertEqual(called, ports - {("grafana", "3000")})
        done = subprocess.run([tool("promtool"), "check", "config", prometheus],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("2 rule files found", done.stdout)

    def exporter(self):
        """The exporter of the project, run here with --config.check: (exit code, its words)."""
        service = self.project()["services"]["llm-exporter"]
        self.assertIsNone(service.get("command"))
        # A container's /etc/llm_exporter is read-only; here it is a copy of what the image has.
        config = self.folder / "config"
        for name in ("demo.yml", "demo.key", "model_prices.json"):
            config.mkdir(exist_ok=True)
            shutil.copy(ROOT / "config" / name, config)
        code, out, err = run_once([BINARY, "--config.check"], cwd=config,
                                  env=service.get("environment", {}))
        return code, out + err

    def test_without_keys_it_is_the_demo(self):
        code, said = self.exporter()
        self.assertEqual(code, 0, said)
        self.assertIn("demo.yml: valid", said)

    def test_with_keys_it_is_the_real_providers(self):
        example = (ROOT / ".env.example").read_text()
        secret = Folder(self).write("groq", "gsk-none")
        (self.folder / ".env").write_text(
            example.replace("OPENAI_API_KEY=\n", "OPENAI_API_KEY=sk-none\n", 1) +
            f"GROQ_API_KEY_FILE={secret}\n")
        code, said = self.exporter()
        self.assertEqual(code, 0, said)
        self.assertIn("environment: valid: 2 providers", said)
        (self.folder / ".env").write_text(example)
        code, said = self.exporter()
        self.assertEqual(code, 2)
        self.assertIn("nothing to probe", said)

    def test_the_example_names_every_key(self):
        types = json.loads(run_once([BINARY, "providers", "--format=json"])[1])
        names = re.findall(r"^(\w+)=$", (ROOT / ".env.example").read_text(), re.M)
        self.assertEqual(sorted(names), sorted({t["env"] for t in types if t["env"]} |
                                               {"LLM_EXPORTER_CONFIG"}))

    def test_no_secret_is_committed_or_copied(self):
        for path in (".env", "secrets/exporter/openai", "secrets/alertmanager/slack_critical_url"):
            done = subprocess.run(["git", "-C", ROOT, "check-ignore", "-q", path])
            self.assertEqual(done.returncode, 0, f"{path} is not ignored by git")
        ignore = (ROOT / ".dockerignore").read_text().split("\n")
        self.assertEqual(ignore[1], "*")


class Image(unittest.TestCase):
    def setUp(self):
        # Lines that end in a backslash go on; comments are none.
        text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
        self.stages = [[]]
        for line in text.splitlines():
            if line.startswith("FROM"):
                self.stages.append([])
            if line and not line.startswith("#"):
                self.stages[-1].append(line)
        self.stages = self.stages[1:]

    def test_it_has_the_libraries_of_the_program_and_no_others(self):
        if 'VERSION_CODENAME=bookworm' not in pathlib.Path("/etc/os-release").read_text():
            self.skipTest("the image is of Debian 12, whose packages are named otherwise elsewhere")
        installed = next(line for line in self.stages[-1] if "apt-get install" in line)
        words = shlex.split(installed.partition("apt-get install")[2].partition("&&")[0])
        packages = {word for word in words if not word.startswith("-")}
        linked = subprocess.run(["readelf", "-d", BINARY], capture_output=True, text=True).stdout
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", linked)
        found = dict(re.findall(r"(\S+) => (\S+)", run_once(["ldd", BINARY])[1]))
        # By the end of the path: dpkg knows /lib, where ldd may say /usr/lib.
        ends = ["*/" + "/".join(pathlib.Path(found[library]).parts[-2:]) for library in needed]
        owners = {run_once(["dpkg", "-S", end])[1].split(":")[0] for end in ends}
        self.assertGreater(len(owners), 5)
        # libc6 is in every Debian; certificates are for HTTPS.
        self.assertEqual(packages, owners - {"libc6"} | {"ca-certificates"})

    def test_its_context_is_what_it_copies(self):
        copied = set()
        for line in (line for stage in self.stages for line in stage if line.startswith("COPY ")):
            words = line.split()[1:]
            if not words[0].startswith("--from"):
                copied |= set(words[:-1])
        allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines()
                   if line.startswith("!")}
        self.assertEqual(copied, allowed)
        for path in copied:
            self.assertTrue((ROOT / path).exists(), path)

    def test_it_is_built_by_the_makefile_and_not_run_by_root(self):
        build = [line for line in self.stages[0] if line.startswith("RUN make")]
        self.assertEqual(build, ["RUN make deps", "RUN make build"])
        user = next(line for line in self.stages[-1] if line.startswith("USER"))
        self.assertRegex(user, r"^USER [1-9]\d*:[1-9]\d*$")
        self.assertTrue(any(re.match(r'HEALTHCHECK .*CMD \["llm_exporter", "healthcheck"\]', line)
                            for line in self.stages[-1]))


if __name__ == "__main__":
    unittest.main()
