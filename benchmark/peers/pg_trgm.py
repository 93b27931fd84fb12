"""PostgreSQL's pg_trgm: `similarity(label, name)`, the share of trigrams that both have, by a GiST index on the labels
(`gist_trgm_ops(siglen = 64)`, ordered by `<->`).

A cluster of its own in a folder for the run, on a Unix socket, without durability (fsync off), so that nothing of the
machine's is touched. Its locale is C.UTF-8: under plain C, pg_trgm takes Arabic letters for separators. Run also on
names that Lucene's Arabic normaliser has folded, since pg_trgm has no Arabic normalisation of its own.
"""

import atexit
import os
import pathlib
import shutil
import subprocess
import tempfile

from peers import Unavailable, fold
from peers.lucene_arabic import normalize

INSTALL = "apt-get install postgresql; pip install psycopg2-binary==2.9.13"

FOUND_AT_MOST = 50


def systems():
    import psycopg2  # noqa: F401: tells at once if it is not there

    cluster = Cluster()
    return [Trigrams("pg_trgm similarity", cluster, fold, True),
            Trigrams("pg_trgm similarity, Lucene-normalised", cluster, lambda form: normalize(fold(form)), False)]


class Trigrams:
    def __init__(self, name, cluster, prepare, shown):
        self.name, self.cluster, self.prepare, self.shown = name, cluster, prepare, shown

    def fit(self, labels):
        from psycopg2.extras import execute_values

        self.ids = [label.id for label in labels]
        self.cursor = self.cluster.connect().cursor()
        self.cursor.execute("CREATE TEMPORARY TABLE labels (place integer, form text)")
        rows = [(place, self.prepare(label.form)) for place, label in enumerate(labels)]
        execute_values(self.cursor, "INSERT INTO labels VALUES %s", rows)
        self.cursor.execute("CREATE INDEX ON labels USING gist (form gist_trgm_ops(siglen = 64))")
        self.cursor.execute("ANALYZE labels")

    def rank(self, name, limit):
        form = self.prepare(name)
        self.cursor.execute("SELECT place, similarity(form, %s) FROM labels ORDER BY form <-> %s LIMIT %s",
                            (form, form, max(limit, FOUND_AT_MOST)))
        return [(self.ids[place], score) for place, score in self.cursor.fetchall()][:limit]


class Cluster:
    """A PostgreSQL cluster in a temporary folder, started at the first connection, gone with the process."""

    def __init__(self):
        self.programs = find_programs()
        self.folder = None

    def connect(self):
        import psycopg2

        if self.folder is None:
            self.start()
        connection = psycopg2.connect(host=str(self.folder), user="benchmark", dbname="postgres")
        connection.autocommit = True
        return connection

    def start(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pg_trgm-"))
        atexit.register(self.stop)
        if self.owner():
            shutil.chown(self.folder, self.owner())
        self.run("initdb", "-D", self.folder / "data", "-U", "benchmark", "-A", "trust", "-E", "UTF8",
                 "--locale", "C.UTF-8")
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o",
                 f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off", "start")
        self.connect().cursor().execute("CREATE EXTENSION pg_trgm")

    def stop(self):
        subprocess.run([self.programs / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self.owner(), check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program, *arguments):
        done = subprocess.run([self.programs / program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, user=self.owner(), cwd=self.folder, check=False)
        if done.returncode:
            raise Unavailable(f"{program} failed: {done.stdout.strip()}")

    @staticmethod
    def owner():
        """PostgreSQL refuses to run as root: then the user that its package makes is taken."""
        return "postgres" if os.geteuid() == 0 else None


def find_programs():
    """The folder of initdb and pg_ctl: on the path, or where Debian keeps them, the newest version first."""
    on_path = shutil.which("initdb")
    folders = [pathlib.Path(on_path).resolve().parent] if on_path else []
    versions = pathlib.Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    raise Unavailable(f"PostgreSQL's initdb is not here; to install it: {INSTALL}")
