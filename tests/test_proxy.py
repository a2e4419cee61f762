"""The proxy of `deploy/` before the real site: what it keeps, whom it says to ask for, what it slows down."""

import contextlib
import datetime
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import site_city

PROXY = Path(__file__).parent.parent / "deploy" / "proxy"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not installed")
RATE = 5  # requests a minute that the site allows one address

Start = Callable[[str], httpx.Client]




def wait_for(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(httpx.TransportError):
            client.get("/-/versions.json")
            return
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


@contextlib.contextmanager
def running(command: list[str], address: str, log: Path, **environment: str) -> Iterator[httpx.Client]:
    """A client of a server that is started, waited for and ended."""
    with log.open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, **environment})
    with httpx.Client(base_url=address, trust_env=False, timeout=60, verify=False) as client:  # signed by itself
        try:
            wait_for(client, process, log)
            yield client
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(site_city.make(tmp_path_factory.mktemp("proxied")).data)


@pytest.fixture
def site(city: Path) -> Iterator[str]:
    """Host and port of the site as the compose file runs it, but for a lower rate."""
    where = f"127.0.0.1:{site_city.free_port()}"
    command = [sys.executable, "-m", "yusuan.cli", "serve", "--port", where.split(":")[1], "--data", str(city)]
    own = {"FORWARDED_ALLOW_IPS": "*", "YUSUAN_RATE": str(RATE)}
    with running(command, f"http://{where}", city / "serve.log", **own):
        yield where


@pytest.fixture
def proxy(site: str, tmp_path: Path) -> Iterator[Start]:
    """Starts the proxy in one of its three ways of listening."""
    with contextlib.ExitStack() as stack:

        def start(listening: str) -> httpx.Client:
            ports = {port: str(site_city.free_port()) for port in ("8080", "8443", "8079")}
            conf = configured(tmp_path, listening, site, ports)
            secure = listening == "tls"
            address = f"http{'s' if secure else ''}://127.0.0.1:{ports['8443' if secure else '8080']}"
            command = [str(NGINX), "-p", str(tmp_path), "-c", str(conf)]
            client = stack.enter_context(running(command, address, tmp_path / "nginx.log"))
            client.headers["x-plain"] = ports["8080"]
            return client

        yield start


def configured(folder: Path, listening: str, site: str, ports: dict[str, str]) -> Path:
    """The configuration as the container's start fills it in, with this machine's paths and ports."""
    moved = {
        "${YUSUAN_PROXY}": listening,
        "${YUSUAN_SITE}": site,
        "${NGINX_LOCAL_RESOLVERS}": "127.0.0.1",
        "/etc/nginx/templates": str(folder),
        "/var/cache/nginx": str(folder),
        "/certificates": str(folder),
        "/dev/stdout": str(folder / "access.log"),
        **{f"listen {port}": f"listen 127.0.0.1:{own}" for port, own in ports.items()},
        "127.0.0.1:8079": f"127.0.0.1:{ports['8079']}",
    }
    for path in PROXY.iterdir():
        text = path.read_text("utf-8")
        for old, new in moved.items():
            text = text.replace(old, new)
        (folder / path.name).write_text(text, "utf-8")
    certify(folder)
    temporary = "".join(f"{name}_temp_path temp;" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"""{user} daemon off; pid nginx.pid; error_log stderr; events {{}}
        http {{ {temporary} include {folder}/site.conf.template; }}"""
    )
    return folder / "nginx.conf"


def certify(folder: Path) -> None:
    """A certificate for a day, signed by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "budgets.example")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


def kept(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("x-cache", "passed on")


def test_a_page_is_kept_as_long_as_the_site_says_and_not_for_who_has_chosen_otherwise(proxy: Start) -> None:
    client = proxy("plain")
    assert [kept(client.get("/-/findings")) for _ in range(2)] == [(200, "MISS"), (200, "HIT")]
    english = {"cookie": "lang=en"}
    assert [kept(client.get("/-/findings", headers=english)) for _ in range(2)] == [(200, "MISS")] * 2
    assert 'lang="en"' in client.get("/-/findings", headers=english).text
    chinese = client.get("/-/findings")
    assert kept(chinese) == (200, "HIT") and 'lang="zh' in chinese.text
    # A choice in the address sets a cookie, so nobody else may get that answer; nor may an error be kept.
    assert [kept(client.get("/-/findings?_lang=en")) for _ in range(2)] == [(200, "MISS")] * 2
    assert [kept(client.get("/-/nothing")) for _ in range(2)] == [(404, "passed on")] * 2
    assert kept(client.get("/budgets/facts.csv?_size=1")) == (200, "passed on")


def test_what_was_kept_stays_up_while_the_site_is_away(proxy: Start, city: Path, tmp_path: Path, site: str) -> None:
    client = proxy("plain")
    client.get("/-/about")
    text = (tmp_path / "site.conf.template").read_text("utf-8")
    away = text.replace(site, f"127.0.0.1:{site_city.free_port()}")
    (tmp_path / "site.conf.template").write_text(away, "utf-8")
    os.kill(int((tmp_path / "nginx.pid").read_text()), signal.SIGHUP)
    deadline = time.monotonic() + 20
    while client.get(f"/-/about?{time.monotonic()}").status_code != 502:
        assert time.monotonic() < deadline, "the site is still asked"
    assert client.get("/-/about").status_code == 200


def test_alone_it_says_for_whom_it_asks_and_not_what_a_client_makes_up(proxy: Start) -> None:
    client = proxy("plain")
    made_up = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "host": "budgets.example"}
    answers = [client.get("/-/nothing", headers=made_up).status_code for _ in range(2 * RATE)]
    assert answers == [404] * 2 * RATE  # asked from this machine, which the site does not limit
    assert "Sitemap: http://budgets.example/sitemap.xml" in client.get("/robots.txt", headers=made_up).text


def test_behind_another_proxy_the_last_address_of_its_list_is_the_reader(proxy: Start) -> None:
    client = proxy("behind")

    def ask(*addresses: str) -> httpx.Response:
        told = {"x-forwarded-for": ", ".join(addresses), "x-forwarded-proto": "https", "host": "budgets.example"}
        return client.get("/-/nothing", headers=told)

    assert [ask(f"198.51.100.{number}", "203.0.113.9").status_code for number in range(RATE)] == [404] * RATE
    refused = ask("198.51.100.99", "203.0.113.9")
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    assert ask("203.0.113.10").status_code == 404
    secure = {"x-forwarded-proto": "https", "host": "budgets.example"}
    assert "Sitemap: https://budgets.example/sitemap.xml" in client.get("/robots.txt", headers=secure).text


def test_with_a_certificate_it_answers_by_tls_and_sends_plain_requests_there(proxy: Start) -> None:
    client = proxy("tls")
    host = {"host": "budgets.example"}
    assert "Sitemap: https://budgets.example/sitemap.xml" in client.get("/robots.txt", headers=host).text
    plain = httpx.get(f"http://127.0.0.1:{client.headers['x-plain']}/-/about?a=b", headers=host, trust_env=False)
    assert (plain.status_code, plain.headers["location"]) == (301, "https://budgets.example/-/about?a=b")


def test_who_asks_too_often_is_refused_before_the_site_is_asked(proxy: Start) -> None:
    client = proxy("plain")
    answers = [client.get("/-/about").status_code for _ in range(220)]
    assert answers[:100] == [200] * 100
    assert 429 in answers
