//! A folder with a small pack, and ways to run the program in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// Two entities with names of their own, and two that share one.
const ENTITIES: &str = "\
id\ttype\tname\tcountry\trank\tsame_as\tdescription
Q212\tcountry\tUkraine\tUA\t0.9\tiso3166:UA\t
Q1899\tcity\tKyiv\tUA\t0.8\t\t
x:1\tcity\tSpringfield, Illinois\tUS\t0.5\t\t
x:2\tcity\tSpringfield, Missouri\tUS\t0.5\t\t
";
const ALIASES: &str = "\
id\talias\tlang\tkind\tsource\tnote
Q212\tUkraine\ten\tpreferred\t\t
Q212\tأوكرانيا\tar\tpreferred\t\t
Q1899\tKyiv\ten\tpreferred\t\t
Q1899\tكييف\tar\tpreferred\t\t
x:1\tSpringfield\ten\tpreferred\t\t
x:2\tSpringfield\ten\tpreferred\t\t
";

/// A folder of its own, with a pack in `pack/`.
pub struct Place {
    folder: TempDir,
}

/// How a run ended.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write_pack("pack", ENTITIES, ALIASES);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The names of all files beside the pack, hidden ones included.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "pack");
        names.sort();
        names
    }

    pub fn write_pack(&self, name: &str, entities: &str, aliases: &str) {
        let manifest = format!(
            r#"{{"name": "{name}", "title": "Some places", "version": "7",
                "licenses": [{{"name": "CC0-1.0", "path": "https://example.org/cc0"}}],
                "sources": [{{"title": "Made up"}}]}}"#
        );
        self.write(&format!("{name}/datapackage.json"), manifest);
        self.write(&format!("{name}/entities.tsv"), entities);
        self.write(&format!("{name}/aliases.tsv"), aliases);
    }

    /// The program in this folder, without bundled packs, cache, or an environment that talks to it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yaqut"));
        command.args(arguments).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("YAQUT_") {
                command.env_remove(name);
            }
        }
        command.env_remove("RUST_LOG").env_remove("CLICOLOR_FORCE").env("YAQUT_CACHE_DIR", "");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program as it is called.
    pub fn run_bare(&self, arguments: &[&str]) -> Run {
        Run::from(self.command(arguments).output().unwrap())
    }

    /// Runs the program with the pack of this folder as its only one.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_bare(&with_pack(arguments))
    }

    /// As [`Place::run`], with `input` on standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Run {
        let mut child = self.start(arguments);
        // A program that fails early does not read; its verdict is what counts.
        let _ = child.stdin.take().unwrap().write_all(input.as_ref());
        Run::from(child.wait_with_output().unwrap())
    }

    /// Starts the program with the pack of this folder, standard input open.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(&with_pack(arguments)).stdin(Stdio::piped()).spawn().unwrap()
    }
}

fn with_pack<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--no-default-packs", "--pack", "pack"]].concat()
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Run {
    /// Checks the exit code, and shows what the program said if it is another one.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn stderr_has(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "no `{part}` in {}", self.stderr);
        }
        self
    }
}

/// Compares `actual`, its scores masked, with `tests/cli/golden/NAME`.
#[track_caller]
pub fn check_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/golden").join(name);
    let actual = mask_scores(actual);
    if std::env::var_os("YAQUT_UPDATE_GOLDEN").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        actual, expected,
        "\nhelp: if this is what it should be, run YAQUT_UPDATE_GOLDEN=1 cargo test --test cli"
    );
}

/// `text` with every number between 0 and 1 as `0.#`: the calibration of scores is tested elsewhere.
fn mask_scores(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("0.").into_iter().chain(rest.find("1.0")).min() {
        let (before, number) = rest.split_at(at);
        let len = 2 + number[2..].bytes().take_while(u8::is_ascii_digit).count();
        masked += before;
        masked += "0.#";
        rest = &number[len..];
    }
    masked + rest
}
