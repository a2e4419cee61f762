"""Busy servers and old ones: a pause that is asked for is kept, old TLS is spoken where a source says so."""

from __future__ import annotations

import datetime
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

import little_site as little
from crawler import crawl
from crawler.downloading import seconds
from crawler.state import sightings

Answer, Site, page, pdf = little.Answer, little.Site, little.page, little.pdf
DATE = "Thu, 12 Mar 2026 18:17:00 GMT"


def fill(site: Site) -> None:
    site.put("index.html", page('<a href="t20260312_1.html">甲局</a>'))
    site.put("t20260312_1.html", page('<a href="1.pdf">甲局预算</a>', "甲局"))
    site.put("1.pdf", pdf("甲"))


@pytest.mark.parametrize(
    ("retry_after", "wanted"),
    [("120", 120.0), ("Thu, 12 Mar 2026 18:18:30 GMT", 90.0), ("soon", 0.0), ("", 0.0), ("-5", 0.0)],
)
def test_a_pause_is_asked_for_in_seconds_or_until_a_time(retry_after: str, wanted: float) -> None:
    assert seconds(retry_after, DATE) == wanted


def test_a_busy_server_is_left_alone_as_long_as_it_asks(tmp_path: Path) -> None:
    data = little.new_data(tmp_path / "data")
    with little.served(fill) as site:
        whole = site.pages["/czxx/yjsgk/1.pdf"]
        site.pages["/czxx/yjsgk/1.pdf"] = [Answer(b"busy", 503, {"Retry-After": "2"}), whole]
        report = crawl(["testcity"], data, hosts=site.hosts)
        times = [when for path, when in site.times if path.endswith("1.pdf")]
    assert (report.finished, report.new, len(times)) == (True, 1, 2)
    assert times[1] - times[0] >= 1.9, "the pause is kept whole"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_site_of_old_tls_is_read_only_where_its_source_says_so(tmp_path: Path) -> None:
    source = little.SOURCE.replace("http://", "https://") + "verify_certificates: false\n"
    strict = little.new_data(tmp_path / "strict", source)
    lenient = little.new_data(tmp_path / "lenient", source + "old_tls: true\n")
    site = Site()
    fill(site)
    site.socket = old_tls(tmp_path).wrap_socket(site.socket, server_side=True)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        refused = crawl(["testcity"], strict, hosts=site.hosts)
        read = crawl(["testcity"], lenient, hosts=site.hosts)
    finally:
        site.shutdown()
        site.server_close()
    assert (refused.finished, refused.new, refused.events["list-not-read"]) == (False, 0, 1)
    assert (read.finished, [sighting.url[:8] for sighting in sightings(lenient)]) == (True, ["https://"])


def old_tls(folder: Path) -> ssl.SSLContext:
    """A server that speaks TLS 1.0 only, with a certificate of its own making."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, little.HOST)])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)  # noqa: UP017
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    (folder / "site.pem").write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "site.pem")
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context
