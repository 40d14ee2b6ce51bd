"""Files for containers: their form, and that they name what there is."""

import re

import yaml

from snnlab.models.limits import LIMITS
from snnlab.workbench.access import PASSWORD, SECRET
from tests.test_floors import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
PROXY = (DEPLOY / "haproxy.cfg").read_text()
DOCKER = (DEPLOY / "Dockerfile").read_text()


def test_containers_may_do_little():
    for name, one in COMPOSE["services"].items():
        assert one["read_only"] is True and one["cap_drop"] == ["ALL"] and "mem_limit" in one, name
        assert one["security_opt"] == ["no-new-privileges:true"] and "privileged" not in one, name
    assert not {"ports", "network_mode", "volumes"} & COMPOSE["services"]["snnlab"].keys(), "the proxy alone is reached"
    user = re.findall(r"^USER (\w+)$", DOCKER, flags=re.MULTILINE)
    assert user == ["snnlab"] and DOCKER.index("USER") < DOCKER.index("ENTRYPOINT")


def test_the_environment_is_one_that_is_looked_at():
    named = set(COMPOSE["services"]["snnlab"]["environment"])
    assert {PASSWORD, SECRET} < named <= {PASSWORD, SECRET} | {limit.variable for limit in LIMITS}
    for limit in LIMITS:
        if limit.variable in named and limit.variable != "SNNLAB_MAX_RUNS":
            assert (
                f"${{{limit.variable}:-{int(limit)}}}" == COMPOSE["services"]["snnlab"]["environment"][limit.variable]
            )


def test_the_proxy_leads_where_the_server_is():
    (port,) = re.findall(r"^EXPOSE (\d+)$", DOCKER, flags=re.MULTILINE)
    assert COMPOSE["services"]["snnlab"]["expose"] == [port] and f"snnlab:{port} check" in PROXY
    assert COMPOSE["services"]["proxy"]["ports"] == [f"${{PORT:-{port}}}:{port}"] and f"bind :{port}\n" in PROXY
    assert re.search(r"cookie \S+ insert .*\bhttponly\b.*SameSite=Lax", PROXY)
    assert COMPOSE["services"]["proxy"]["volumes"] == ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]


def test_what_an_image_takes_is_there():
    for line in re.findall(r"^COPY (.+) \S+$", DOCKER, flags=re.MULTILINE):
        assert all((ROOT / name).exists() for name in line.split()), line
