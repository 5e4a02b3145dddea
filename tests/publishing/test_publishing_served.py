"""The program, the verifiers and the Dockerfile of a published folder, used as its readers use them."""

import base64
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest
from publishing_commands import command, run


@pytest.mark.datasette
def test_the_wheel_is_the_program(project: Path, tmp_path: Path) -> None:
    """It installs without an index, lists every file with its hash, and runs from its environment."""
    run("publish", "public")
    (wheel,) = (project / "public").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        record = archive.read(next(name for name in archive.namelist() if name.endswith("/RECORD"))).decode()
        listed = {line.split(",")[0]: line.split(",")[1] for line in record.splitlines()}
        assert set(listed) == set(archive.namelist())
        for name, said in listed.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(archive.read(name)).digest()).rstrip(b"=").decode()
            assert said == f"sha256={digest}" or (said == "" and name.endswith("/RECORD"))
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = ["-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([sys.executable, *install], check=True, cwd=tmp_path)
    ours = subprocess.run(
        [python, "-c", "import sys; print([path for path in sys.path if 'site-packages' in path][0])"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    script = "import timeline; print(timeline.__file__); from timeline.cli import main; main()"
    paths = os.pathsep.join([ours, *(path for path in sys.path if "site-packages" in path)])
    verified = subprocess.run(
        [sys.executable, "-c", script, "verify", "--db", "timeline.db", "--against", "checkpoint"],
        capture_output=True, text=True, check=True, cwd=project / "public", env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert verified.stdout.startswith(ours)
    assert "✗" not in verified.stdout


def test_the_verifiers_in_the_folder_stand_alone(project: Path, key: Path) -> None:
    """They check the published file, and a proof from it, against its checkpoint, without the program."""
    run("publish", "public", "--key", key)
    public = project / "public"
    proved = run("prove", "1", "--db", public / "timeline.db", "--checkpoint", public / "checkpoint")
    (project / "proof").write_text(proved.stdout, encoding="utf-8")
    trusted = ["--key", (public / "public-key").read_text().strip()]
    for words in (["verify_log.py", "timeline.db", "checkpoint"], ["verify_proof.py", "../proof", "--checkpoint", "checkpoint"]):
        command = [sys.executable, "-P", *words, *trusted]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=public)
        assert (done.returncode, done.stderr) == (0, ""), done


def test_the_dockerfile_serves_the_files_beside_it(project: Path) -> None:
    """Every file that it copies is in the folder, no superuser serves them, and names are quoted."""
    shutil.copy("timeline.db", "it's mine.db")
    run("publish", "public", "--db", "it's mine.db")
    lines = (project / "public" / "Dockerfile").read_text().splitlines()
    copied = [name for line in lines if line.startswith("COPY") for name in json.loads(line[line.index("[") :])[:-1]]
    assert "it's mine.db" in copied
    (image,) = [line for line in lines if line.startswith("FROM ")]
    assert re.fullmatch(r"FROM python:\d+\.\d+\.\d+-slim-[a-z]+", image), "a tag of one version"
    assert all((project / "public" / name).is_file() for name in copied)
    assert lines[1 + next(n for n, line in enumerate(lines) if line.startswith("USER timeline")) :]
    (serve,) = [line for line in lines if line.startswith("CMD ")]
    assert serve.startswith("""CMD exec datasette serve -i 'it'"'"'s mine.db' -m metadata.json """)


@pytest.fixture
def port() -> int:
    """Find a free port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def fetch(address: str) -> str:
    """Read a page once it is there."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                return str(response.read().decode())
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"nothing answers at {address}")


@pytest.mark.datasette
def test_a_reader_serves_the_folder_with_its_wheel(project: Path, key: Path, tmp_path: Path, port: int) -> None:
    """Only the folder, the program from its wheel, and Datasette on an immutable file."""
    subprocess.run(command("publish", "public", "--key", key), check=True, capture_output=True)
    served = tmp_path / "elsewhere"
    shutil.copytree("public", served)
    (wheel,) = served.glob("*.whl")
    target = tmp_path / "packages"
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run([sys.executable, *install], check=True, cwd=tmp_path)
    script = "import timeline; print(timeline.__file__, flush=True); from datasette.cli import cli; cli()"
    words = ["serve", "-i", "timeline.db", "-m", "metadata.json", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-c", script, *words],
        cwd=served, env={**os.environ, "PYTHONPATH": str(target)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(str(target))
        root = f"http://127.0.0.1:{port}"
        assert "The council, dated" in fetch(f"{root}/")
        assert "The council meets" in fetch(f"{root}/timeline/-/timeline")
        assert "Unmistakeable words" in fetch(f"{root}/timeline/-/timeline/sources/report")
        assert json.loads(fetch(f"{root}/timeline/-/timeline/drawing/view"))["position"] == 2
        told = json.loads(fetch(f"{root}/-/databases.json"))
        listed = told["databases"] if isinstance(told, dict) else told  # as Datasette 1.0 tells, and as those before it
        assert [one["is_mutable"] for one in listed if one["name"] == "timeline"] == [False]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert sorted(path.name for path in served.glob("timeline.db*")) == ["timeline.db"]
