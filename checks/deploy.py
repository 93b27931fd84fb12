"""What deploy/ holds is well formed, and of one mind with the program: flags, ports, paths, times, metrics.

    python3 checks/deploy.py        (needs the packages of checks/requirements.txt)

Uses systemd-analyze and promtool too, where they are installed, and says so where they are not.
"""

import functools
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import yaml

import harness
import yaqut

DEPLOY = yaqut.ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
OPERATIONS = yaqut.ROOT / "docs" / "OPERATIONS.md"
# Not of Kubernetes itself, so not in its schemas.
FOREIGN = ("kustomization.yaml", "pod-monitor.yaml")
# Told, and worth no panel.
NOT_SHOWN = {"process_virtual_memory_bytes"}
GRACE_SECONDS = 5
MOST_EXPOSURE = 1.5
METRIC = re.compile(r"\b((?:grpc_server|yaqut|process)_[a-z_]+)\b(?!\")(?:\{([^}]*)\})?")
LABEL = re.compile(r"([a-z_]+)(?:=~|!~|!=|=)\"")
# Of every call; of histograms; and what Prometheus itself adds.
COMMON_LABELS = {"grpc_type", "grpc_service", "grpc_method", "le"}
TARGET_LABELS = {"job", "instance"}
# There once a certificate is.
ONLY_WITH_TLS = {"yaqut_certificate_expiry_seconds", "yaqut_certificate_reloads_total"}
# What Grafana fills in.
VARIABLES = {"$__rate_interval": "5m", "$job": "yaqut", "$instance": "a"}


@functools.cache
def help_of(command):
    """What the program says of a command: the flags and the variables that it knows."""
    return harness.run(command, "--help").stdout


def flags_of(command):
    return set(re.findall(r"(--[a-z][a-z-]+)", help_of(command)))


def variables_of(command):
    return set(re.findall(r"\[env: (YAQUT_[A-Z_]+)", help_of(command)))


def default_of(flag):
    """The default that the help of `serve` shows for a flag."""
    after = re.split(rf"\n\s+(?:-\w, )?{flag} ", help_of("serve"))[1]
    return re.search(r"\[default: ([^\]]+)\]", after)[1]


def manifest(name):
    return yaml.safe_load((KUBERNETES / name).read_text(encoding="utf-8"))


def run(report, what, *command):
    """A tool that judges one of the files; what it said."""
    ended = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60)
    report.holds(what, ended.returncode == 0, (ended.stdout + ended.stderr)[-2000:])
    return ended.stdout


def installed(tool):
    found = shutil.which(tool)
    if not found:
        print(f"{tool} is not installed: what it would judge is not checked")
    return found


# Kubernetes


def check_schemas(report):
    validate = pathlib.Path(sys.executable).parent / "kubernetes-validate"
    files = sorted(path for path in KUBERNETES.glob("*.yaml") if path.name not in FOREIGN)
    run(report, "the manifests have the form of their kinds", validate, "--strict", "--quiet", *files)


def check_kustomization(report):
    text = (KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8")
    kustomization = yaml.safe_load(text)
    named = set(re.findall(r"^  (?:# )?- ([a-z-]+\.yaml)$", text, re.MULTILINE))
    there = {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}
    report.equal("kustomization names each manifest", named, there)
    for generator in kustomization["configMapGenerator"]:
        for file in generator["files"]:
            report.holds(f"{generator['name']}: {file} is there", (KUBERNETES / file).is_file())
    images = {image["name"] for image in kustomization["images"]}
    report.equal("kustomization sets each image", images, {c["image"] for c in containers(pod())})
    for pack in (KUBERNETES / "packs").iterdir():
        report.ended(f"lint of {pack.name}", harness.run("lint", pack), 0)


def pod():
    return manifest("deployment.yaml")["spec"]["template"]


def containers(template):
    return template["spec"]["initContainers"] + template["spec"]["containers"]


def arguments(container):
    """The flags of a container, and the values that they are given."""
    return dict(argument.partition("=")[::2] for argument in container["args"] if argument.startswith("--"))


def check_pod(report):
    template = pod()
    spec = template["spec"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    used = {mount["name"] for container in containers(template) for mount in container["volumeMounts"]}
    report.equal("each volume is mounted, and each mount has a volume", used, set(volumes))
    generated = {generator["name"] for generator in manifest("kustomization.yaml")["configMapGenerator"]}
    mapped = {volume["configMap"]["name"] for volume in volumes.values() if "configMap" in volume}
    report.equal("each ConfigMap is generated", mapped, generated)
    secrets = {volume["secret"]["secretName"] for volume in volumes.values() if "secret" in volume}
    for secret in secrets:
        told = f"secret generic {secret}", f"secret tls {secret}"
        report.holds(f"OPERATIONS.md makes the Secret {secret}", any(t in OPERATIONS.read_text() for t in told))
    for container in containers(template):
        check_container(report, container)
    check_server(report, spec)


def check_container(report, container):
    name = container["name"]
    confined = container["securityContext"]
    report.holds(f"{name} cannot write or gain rights", confined["readOnlyRootFilesystem"] is True
                 and confined["allowPrivilegeEscalation"] is False and confined["capabilities"] == {"drop": ["ALL"]})
    if "args" not in container:
        return
    command = container["args"][0]
    unknown = set(arguments(container)) - flags_of(command)
    report.holds(f"{name}: `yaqut {command}` knows the flags", not unknown, unknown)
    mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
    values = [argument.partition("=")[2] if argument.startswith("--") else argument for argument in container["args"]]
    for path in (value for value in values if value.startswith("/")):
        report.holds(f"{name}: {path} is mounted", any(path == m or path.startswith(f"{m}/") for m in mounts), mounts)


def check_server(report, spec):
    (server,) = spec["containers"]
    flags = arguments(server)
    ports = {port["name"]: port["containerPort"] for port in server["ports"]}
    report.equal("port of the service", flags["--listen"], f"0.0.0.0:{ports['grpc']}")
    report.equal("port of the probes", flags["--probe-listen"], f"0.0.0.0:{ports['probe']}")
    report.holds("the administration stays in the pod", flags["--admin-listen"].startswith("127.0.0.1:"))
    for probe, path in (("startupProbe", "/ready"), ("livenessProbe", "/live")):
        report.equal(f"{probe}", server[probe]["httpGet"], {"path": path, "port": "probe"})
    report.equal("readinessProbe", server["readinessProbe"]["grpc"],
                 {"port": ports["probe"], "service": "yaqut.v1.GazetteerService"})
    annotations = pod()["metadata"]["annotations"]
    report.equal("port of the scrape", annotations["prometheus.io/port"], str(ports["probe"]))
    (endpoint,) = manifest("pod-monitor.yaml")["spec"]["podMetricsEndpoints"]
    report.equal("PodMonitor", (endpoint["port"], endpoint["path"]), ("probe", annotations["prometheus.io/path"]))
    pause = server["lifecycle"]["preStop"]["sleep"]["seconds"]
    needed = pause + int(flags["--drain"]) + GRACE_SECONDS
    grace = spec["terminationGracePeriodSeconds"]
    report.holds("the grace is longer than pause and drain", grace >= needed, f"{grace} s, {needed} s needed")
    report.holds("clients come back before a rollout is through", int(flags["--max-connection-age"]) > 0)


def check_others(report):
    deployment = manifest("deployment.yaml")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    selectors = {
        "Deployment": deployment["spec"]["selector"]["matchLabels"],
        "Service": manifest("service.yaml")["spec"]["selector"],
        "PodDisruptionBudget": manifest("disruption-budget.yaml")["spec"]["selector"]["matchLabels"],
        "NetworkPolicy": manifest("network-policy.yaml")["spec"]["podSelector"]["matchLabels"],
        "PodMonitor": manifest("pod-monitor.yaml")["spec"]["selector"]["matchLabels"],
        "spread": deployment["spec"]["template"]["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    }
    for kind, selector in selectors.items():
        report.equal(f"{kind} selects the pods", selector, labels)
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    ports = {port["containerPort"] for port in container["ports"]}
    ingress = manifest("network-policy.yaml")["spec"]["ingress"]
    report.equal("NetworkPolicy lets the ports be reached", {p["port"] for rule in ingress for p in rule["ports"]}, ports)
    service = manifest("service.yaml")["spec"]
    report.equal("the Service is headless", service["clusterIP"], "None")
    report.equal("port of the Service", [(p["port"], p["targetPort"]) for p in service["ports"]], [(50051, "grpc")])


# Container and unit


def check_containerfiles(report):
    hadolint = pathlib.Path(sys.executable).parent / "hadolint"
    for path in sorted(DEPLOY.glob("Containerfile*")):
        run(report, f"{path.name} pleases hadolint", hadolint, path)
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    final = text[text.index("FROM scratch"):]
    variables = dict(re.findall(r"\b(YAQUT_[A-Z_]+)=(\S+)", final))
    unknown = set(variables) - variables_of("serve")
    report.holds("Containerfile: `yaqut serve` knows the variables", not unknown, unknown)
    open_ports = {value.rpartition(":")[2] for value in variables.values() if value.startswith("0.0.0.0:")}
    report.equal("Containerfile exposes what listens", set(re.search(r"EXPOSE (.*)", final)[1].split()), open_ports)
    user = pod()["spec"]["securityContext"]
    report.equal("the user of image and pod", re.search(r"USER (.*)", final)[1], f"{user['runAsUser']}:{user['runAsGroup']}")


def check_unit(report):
    folder = DEPLOY / "systemd"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.[sc]*")) if path.is_file())
    unknown = set(re.findall(r"^Environment=(YAQUT_[A-Z_]+)=", text, re.MULTILINE)) - variables_of("serve")
    report.holds("yaqut.service: `yaqut serve` knows the variables", not unknown, unknown)
    loaded = set(re.findall(r"^LoadCredential=([^:]+):", text, re.MULTILINE))
    report.equal("each credential is used", set(re.findall(r"=%d/(\S+)$", text, re.MULTILINE)), loaded)
    stop, drain = int(re.search(r"TimeoutStopSec=(\d+)s", text)[1]), int(default_of("--drain"))
    report.holds("yaqut.service: it may drain", stop >= drain + GRACE_SECONDS, f"{stop} s for {drain} s")
    if not installed("systemd-analyze"):
        return
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        unit = pathlib.Path(copy, "yaqut.service")
        program = str(pathlib.Path(yaqut.PROGRAM).resolve())
        unit.write_text(unit.read_text(encoding="utf-8").replace("/usr/local/bin/yaqut", program), encoding="utf-8")
        run(report, "yaqut.service pleases systemd", "systemd-analyze", "verify", "--man=no", unit)
        said = run(report, "yaqut.service is judged", "systemd-analyze", "security", "--offline=yes", "--no-pager", unit)
    exposure = float(re.search(r"exposure level for yaqut.service: ([\d.]+)", said)[1])
    report.holds("yaqut.service is confined", exposure <= MOST_EXPOSURE, exposure)


# Dashboard and alerts


def expressions():
    """Each query of the dashboard and of the rules, by where it stands."""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            yield f"panel {panel['title']!r}", target["expr"]
    for rule in rules():
        yield f"alert {rule['alert']}", rule["expr"]


def dashboard():
    return json.loads((DEPLOY / "grafana" / "yaqut.json").read_text(encoding="utf-8"))


def rules():
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def told_metrics():
    """The metrics that OPERATIONS.md explains, to the labels that it gives them."""
    rows = re.findall(r"^\| `((?:grpc_server|yaqut|process)_[a-z_]+)` \|([^|]*)\|", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE)
    return {metric: set(re.findall(r"`([a-z_]+)`", labels)) for metric, labels in rows}


def scraped():
    """What `/metrics` of a running server shows: names of metrics, to the names of their labels."""
    with harness.Service("--probe-listen", "127.0.0.1:0") as service:
        yaqut.run("resolve", "--server", f"http://{service.address}", "Pyongyang")
        with urllib.request.urlopen(f"http://{service.probe_address}/metrics", timeout=10) as answer:
            text = answer.read().decode()
    shown = {}
    for name, labels in re.findall(r"^([a-z_]+)(?:\{(.*)\})? ", text, re.MULTILINE):
        shown.setdefault(base_name(name), set()).update(re.findall(r"([a-z_]+)=\"", labels))
    return shown


def base_name(metric):
    return re.sub(r"_(?:bucket|count|sum)$", "", metric)


def check_metrics(report):
    """What the program has is what OPERATIONS.md tells, and of that the dashboard and the alerts are made."""
    told, scrape = told_metrics(), scraped()
    needs = set(told) - ONLY_WITH_TLS
    report.holds("OPERATIONS.md tells only metrics that there are", needs <= set(scrape), needs - set(scrape))
    report.holds("and all of them", set(scrape) <= set(told), set(scrape) - set(told))
    for metric in needs & set(scrape):
        labels = scrape[metric] - COMMON_LABELS
        report.equal(f"{metric}: labels", told[metric], labels)
    shown = set()
    for where, expr in expressions():
        for metric, matchers in METRIC.findall(expr):
            shown.add(base_name(metric))
            named = set(LABEL.findall(matchers)) - TARGET_LABELS
            known = told.get(base_name(metric), set()) | (COMMON_LABELS if metric.startswith("grpc_server") else set())
            report.holds(f"{where}: OPERATIONS.md tells of {metric}", base_name(metric) in told)
            report.holds(f"{where}: {metric} has the labels", named <= known, named - known)
    report.holds("dashboard and alerts show all that OPERATIONS.md tells", set(told) <= shown | NOT_SHOWN, set(told) - shown)


def check_dashboard(report):
    board = dashboard()
    ids = [panel["id"] for panel in board["panels"]]
    report.equal("panels have IDs of their own", len(ids), len(set(ids)))
    taken = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        report.holds(f"{panel['title']}: has a place of its own", not cells & taken and place["x"] + place["w"] <= 24)
        taken |= cells
        if panel["type"] != "row":
            report.holds(f"{panel['title']}: says what it shows", panel["description"] and panel["targets"])
    variables = {variable["name"] for variable in board["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z]+)", json.dumps(board)))
    report.holds("each variable is defined", used <= variables, used - variables)


def check_rules(report):
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
               for heading in re.findall(r"^#+ (.*)$", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE)}
    for rule in rules():
        file, _, anchor = rule["annotations"]["runbook"].partition("#")
        report.holds(f"{rule['alert']}: its page has the part", file == "docs/OPERATIONS.md" and anchor in anchors, anchor)
        report.holds(f"{rule['alert']}: its severity is known", rule["labels"]["severity"] in ("page", "warn"))
    if not installed("promtool"):
        return
    run(report, "the rules please Prometheus", "promtool", "check", "rules", DEPLOY / "prometheus" / "alerts.yaml")
    run(report, "the rules fire when they should", "promtool", "test", "rules", DEPLOY / "prometheus" / "alerts.test.yaml")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        queries = [{"record": f"query:{number}", "expr": filled_in(expr)} for number, (_, expr) in enumerate(expressions())]
        yaml.safe_dump({"groups": [{"name": "dashboard", "rules": queries}]}, file)
        file.flush()
        run(report, "the queries please Prometheus", "promtool", "check", "rules", file.name)


def filled_in(expr):
    for variable, value in VARIABLES.items():
        expr = expr.replace(variable, value)
    return expr


def main():
    report = harness.Report()
    for check in (check_schemas, check_kustomization, check_pod, check_others, check_containerfiles, check_unit,
                  check_metrics, check_dashboard, check_rules):
        check(report)
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main())
