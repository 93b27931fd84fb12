//! What the file may say, what is told when it is wrong, and the page that lists all keys.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use clap::CommandFactory;
use proptest::prelude::*;

use super::file::ConfigFile;
use super::layers::{Effective, Origin};
use super::setting::{Kind, Setting, prepare, settings};
use super::{show, template};
use crate::cli::Cli;

fn all() -> Vec<Setting> {
    static ALL: LazyLock<Vec<Setting>> = LazyLock::new(|| settings(&prepare(Cli::command())));
    ALL.clone()
}

fn find<'a>(settings: &'a [Setting], key: &str) -> &'a Setting {
    settings.iter().find(|setting| setting.key == key).unwrap_or_else(|| panic!("no setting {key}"))
}

/// Reads `text` as a file `yaqut.toml`; what fails is told without the folder.
fn read(text: impl AsRef<[u8]>) -> Result<ConfigFile, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("yaqut.toml");
    fs::write(&path, text).unwrap();
    let prefix = format!("{}/", folder.path().display());
    ConfigFile::read(&path, &all()).map_err(|failure| failure.to_string().replace(&prefix, ""))
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let failure = read(text).map(|_| ()).unwrap_err();
    let errors = failure.split_once('\n').map_or("", |(_, errors)| errors);
    assert!(errors.starts_with(expected), "{failure}");
}

#[test]
fn keys_are_flags_with_their_table() {
    let settings = all();
    let table = |key| find(&settings, key).table;
    assert_eq!(table("pack"), None);
    assert_eq!(table("listen"), Some("serve"));
    for key in ["config", "help", "version", "quiet", "verbose"] {
        assert!(settings.iter().all(|setting| setting.key != key), "{key}");
    }
}

#[test]
fn every_setting_has_a_variable_of_its_name_and_can_be_told_from_the_others() {
    let settings = all();
    for (i, setting) in settings.iter().enumerate() {
        let expected = format!("YAQUT_{}", setting.key.to_uppercase());
        assert_eq!(setting.variable().as_deref(), Some(&*expected), "{}", setting.key);
        assert!(!setting.help(false).is_empty(), "{}", setting.key);
        assert!(settings[..i].iter().all(|other| other.key != setting.key), "{}", setting.key);
    }
}

/// What a file says, clap does not see there: such checks belong into `ServeArgs::plan`.
#[test]
fn no_setting_of_a_command_excludes_another_by_itself() {
    let command = prepare(Cli::command());
    let serve = command.find_subcommand("serve").unwrap();
    for setting in all().iter().filter(|setting| setting.table.is_some()) {
        assert!(serve.get_arg_conflicts_with(&setting.arg).is_empty(), "{}", setting.key);
    }
}

#[test]
fn kinds_follow_from_the_flags() {
    let settings = all();
    let kind = |key| find(&settings, key).kind();
    assert_eq!(kind("pack"), Kind::Path);
    assert_eq!(kind("cache_dir"), Kind::Path);
    assert_eq!(kind("skip_bad_packs"), Kind::Boolean);
    assert_eq!(kind("poll_interval"), Kind::Number);
    assert_eq!(kind("watch"), Kind::Other);
    assert_eq!(kind("listen"), Kind::Text);
    assert!(find(&settings, "pack").is_path_list() && !find(&settings, "cache_dir").is_list());
}

#[test]
fn values_are_read_as_the_flags_take_them() {
    let text = "skip_bad_packs = true\ncache_dir = ''\n[serve]\npoll_interval = 1_000\nwatch = 'poll'\n";
    let (file, settings) = (read(text).unwrap(), all());
    let value = |key| file.entry(find(&settings, key)).map(|entry| (entry.values.clone(), entry.line));
    assert_eq!(value("skip_bad_packs"), Some((vec!["true".into()], 1)));
    assert_eq!(value("cache_dir"), Some((vec!["".into()], 2)));
    assert_eq!(value("poll_interval"), Some((vec!["1000".into()], 4)));
    assert_eq!(value("watch"), Some((vec!["poll".into()], 5)));
    assert_eq!(value("listen"), None);
    let dotted = read("serve.poll_interval = 0x10").unwrap();
    assert_eq!(dotted.entry(find(&settings, "poll_interval")).unwrap().values, ["16"]);
}

#[test]
fn paths_start_from_the_folder_of_the_file() {
    let settings = all();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("yaqut.toml");
    fs::write(&path, "pack = ['ours', '/theirs']").unwrap();
    let file = ConfigFile::read(&path, &settings).unwrap();
    let values = &file.entry(find(&settings, "pack")).unwrap().values;
    assert_eq!(values[0], folder.path().join("ours"));
    assert_eq!(values[1], "/theirs");
}

#[test]
fn wrong_keys_are_told_with_what_was_meant() {
    refused("pakc = []", "yaqut.toml:1:1: unknown key `pakc` at the top level\n  help: did you mean `pack`?");
    refused("[serve]\nlisten-on = 1", "yaqut.toml:2:1: unknown key `listen-on` in [serve]\n");
    refused(
        "listn = ''",
        "yaqut.toml:1:1: unknown key `listn` at the top level\n  help: did you mean `listen`? It",
    );
    refused("listen = ''", "yaqut.toml:1:1: `listen` belongs into [serve]\n  help: move it below");
    refused(
        "[serve]\n\n pack = []",
        "yaqut.toml:3:2: `pack` belongs to the top level\n  help: move it above",
    );
    refused("quiet = true", "yaqut.toml:1:1: `quiet` is for the command line, not for a file\n");
    refused("[resolve]\nlimit = 3", "yaqut.toml:1:2: there is no table [resolve]\n");
    refused("[[serve]]", "yaqut.toml:1:1: `serve` is a list here, expected a table\n");
    refused("serve = 'x'", "yaqut.toml:1:9: `serve` is a string here, expected a table\n");
}

#[test]
fn wrong_values_are_told_with_what_is_expected() {
    refused(
        "pack = 'x'",
        "yaqut.toml:1:8: `pack` is a string here, expected a list, each a path as a string\n",
    );
    refused("pack = ['x', 1]", "yaqut.toml:1:14: `pack` is an integer here");
    refused("cache_dir = ['x']", "yaqut.toml:1:13: `cache_dir` is a list here, expected a path as a string");
    refused(
        "skip_bad_packs = 1",
        "yaqut.toml:1:18: `skip_bad_packs` is an integer here, expected true or false",
    );
    refused("skip_bad_packs = 'true'", "yaqut.toml:1:18: `skip_bad_packs` is a string here");
    refused("[serve]\nlisten = {a = 1}", "yaqut.toml:2:10: `listen` is a table here, expected a string");
    refused("[serve]\nlisten = 1979-05-27", "yaqut.toml:2:10: `listen` is a date here");
    refused(
        "[serve]\npoll_interval = 0",
        "yaqut.toml:2:17: `poll_interval` cannot be `0`: 0 is not in 1..=86400",
    );
    refused(
        "[serve]\npoll_interval = '5'",
        "yaqut.toml:2:17: `poll_interval` is a string here, expected a number",
    );
    refused("[serve]\npoll_interval = 99999999999999999999", "yaqut.toml:2:17: `poll_interval` cannot be");
    refused(
        "[serve]\nwatch = 'no'",
        "yaqut.toml:2:9: `watch` cannot be `no`: expected one of auto, poll, off",
    );
    refused("[serve]\nlisten = 'x'", "yaqut.toml:2:10: `listen` cannot be `x`: expected ADDRESS:PORT");
}

#[test]
fn broken_files_are_told_with_the_place() {
    refused("pack = []\npack = []", "yaqut.toml:2:1: duplicate key");
    refused("pack = [", "yaqut.toml:1:9: ");
    // Columns count what a person counts.
    refused("color = 'كييف", "yaqut.toml:1:");
    let failure = read(b"color = 'auto'\n# \xff").map(|_| ()).unwrap_err();
    assert!(failure.starts_with("error: yaqut.toml:2:3: this is not UTF-8"), "{failure}");
    let failure = read(vec![b'#'; (1 << 20) + 1]).map(|_| ()).unwrap_err();
    assert!(failure.contains("larger than 1 MiB"), "{failure}");
}

#[test]
fn all_errors_are_told_at_once_in_the_order_of_the_file() {
    let failure = read("z = 1\n[serve]\nwatch = 1\ny = 2\n").map(|_| ()).unwrap_err();
    assert!(failure.starts_with("error: yaqut.toml has 3 errors, so nothing was done\n"), "{failure}");
    let places = ["yaqut.toml:1:1:", "yaqut.toml:3:9:", "yaqut.toml:4:1:"].map(|place| failure.find(place));
    assert!(places.is_sorted() && places[0].is_some(), "{failure}");
}

#[test]
fn the_template_says_nothing_until_its_defaults_are_uncommented() {
    let (text, settings) = (template::file(&all()), all());
    let file = read(&text).unwrap();
    assert!(settings.iter().all(|setting| file.entry(setting).is_none()));
    let has_default =
        |key: &str| settings.iter().any(|setting| setting.key == key && !setting.default_values().is_empty());
    let uncommented = |line: &str| match line.strip_prefix('#').and_then(|line| line.split_once(" = ")) {
        Some((key, value)) if has_default(key) => format!("{key} = {value}\n"),
        _ => format!("{line}\n"),
    };
    let file = read(text.lines().map(uncommented).collect::<String>()).unwrap();
    for setting in settings.iter().filter(|setting| has_default(&setting.key)) {
        let entry = file.entry(setting).unwrap_or_else(|| panic!("{} is not there", setting.key));
        assert_eq!(entry.values, setting.default_values(), "{}", setting.key);
    }
}

proptest! {
    #[test]
    fn no_file_panics(text in r##"([a-z_]{1,8}|listen|serve|pack|[=\[\].,{}'"#\n ]|[0-9]{1,3}|\PC){0,40}"##) {
        let _ = read(text);
    }

    #[test]
    fn what_is_shown_is_read_again(text in any::<String>(), count in 1..86_400_u32) {
        let settings = all();
        // A path may be any text but an empty one, which means something else here.
        let values = [("poll_interval", count.to_string()), ("cache_dir", format!("/{text}"))];
        let effective: Vec<Effective> = values.iter().rev().map(|(key, value)| Effective {
            setting: find(&settings, key),
            values: vec![value.into()],
            origin: Origin::Flag,
        }).collect();
        let shown = show::toml(&effective);
        let file = read(&shown).map_err(|failure| TestCaseError::fail(format!("{failure}\n{shown}")))?;
        for one in &effective {
            let read = &file.entry(one.setting).unwrap().values[0];
            prop_assert_eq!(Path::new(read), Path::new(&one.values[0]));
        }
    }
}

const KEYS_START: &str = "<!-- Keys: made from the flags. -->\n";

#[test]
fn the_page_of_keys_is_made_from_the_flags() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CONFIGURATION.md");
    let written = fs::read_to_string(&path).unwrap();
    let (text, keys) = written.split_once(KEYS_START).expect("the line where the keys begin");
    let page = template::page(&all());
    if std::env::var_os("YAQUT_UPDATE_GOLDEN").is_some() {
        fs::write(&path, format!("{text}{KEYS_START}{page}")).unwrap();
        return;
    }
    assert!(
        keys == page,
        "help: run YAQUT_UPDATE_GOLDEN=1 cargo test --lib cli::config to write docs/CONFIGURATION.md anew"
    );
}
