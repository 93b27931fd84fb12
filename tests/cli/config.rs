//! Configuration: which of flag, environment, file and default wins, what is told when they are wrong, and `config`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Place, Run, check_golden};

/// Runs the program with `variables` in its environment.
fn run_with(place: &Place, arguments: &[&str], variables: &[(String, String)]) -> Run {
    let mut command = place.command(arguments);
    command.env_remove("YAQUT_CACHE_DIR").envs(variables.iter().map(|(name, value)| (name, value)));
    Run::from(command.output().unwrap())
}

/// A setting as the template describes it.
struct Described {
    /// Such as `serve`; empty for the top level.
    table: String,
    key: String,
    expected: String,
}

fn described(place: &Place) -> Vec<Described> {
    let template = place.run_bare(&["config", "default"]).expect(0).stdout;
    let (mut table, mut expected, mut all) = (String::new(), String::new(), Vec::new());
    for line in template.lines() {
        if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut table);
        } else if let Some(words) = line.strip_prefix("# Expects ") {
            words.trim_end_matches('.').clone_into(&mut expected);
        } else if let Some((key, _)) = line.strip_prefix('#').and_then(|line| line.split_once(" = "))
            && !key.contains(' ')
        {
            let (table, expected) = (table.clone(), expected.clone());
            all.push(Described { table, key: key.to_owned(), expected });
        }
    }
    all
}

/// What values of flags may look like; a flag that takes none of these needs one of its own here.
const CANDIDATES: [&str; 33] = [
    "20MiB",
    "40MiB",
    "60MiB",
    "127.0.0.1:1001",
    "127.0.0.1:1002",
    "127.0.0.1:1003",
    "1",
    "2",
    "3",
    "10",
    "20",
    "30",
    "100",
    "200",
    "300",
    "1000",
    "2000",
    "3000",
    "100MiB",
    "200MiB",
    "300MiB",
    "0.1",
    "0.2",
    "0.3",
    "7s",
    "8s",
    "9s",
    "http://a:1",
    "http://b:1",
    "http://c:1",
    "RS256",
    "ES256",
    "EdDSA",
];

impl Described {
    fn is_list(&self) -> bool {
        self.expected.starts_with("a list")
    }

    fn flag(&self, value: &str) -> String {
        format!("--{}={value}", self.key.replace('_', "-"))
    }

    fn variable(&self) -> String {
        format!("YAQUT_{}", self.key.to_uppercase())
    }

    /// `key = value` in the file.
    fn line(&self, value: &str) -> String {
        let bare = self.expected.contains("true or false")
            || self.expected.contains("a number") && value.parse::<f64>().is_ok();
        let value = if bare { value.to_owned() } else { format!("'{value}'") };
        if self.is_list() { format!("{} = [{value}]", self.key) } else { format!("{} = {value}", self.key) }
    }

    fn shown(&self, all: &Value) -> Value {
        if self.table.is_empty() { all[&self.key].clone() } else { all[&self.table][&self.key].clone() }
    }

    /// Values for file, environment and flag that differ, as far as the setting has so many.
    fn values(&self, place: &Place) -> [String; 3] {
        let three = |values: &[&str]| [0, 1, 2].map(|i| values[i % values.len()].to_owned());
        if self.expected.contains("true or false") {
            return three(&["true", "false"]);
        }
        if let Some((_, choices)) = self.expected.split_once("one of ") {
            return three(&choices.split(", ").map(|choice| choice.trim_matches('"')).collect::<Vec<_>>());
        }
        if self.expected.contains("a path") {
            return three(&["/a", "/b", "/c"]);
        }
        let is_taken = |value: &&&str| place.run_bare(&["config", "show", &self.flag(value)]).code == Some(0);
        let taken: Vec<&str> = CANDIDATES.iter().filter(is_taken).take(3).copied().collect();
        assert_eq!(taken.len(), 3, "name three values that --{} takes in CANDIDATES", self.key);
        three(&taken)
    }
}

fn file_with(settings: &[(Described, [String; 3])]) -> String {
    let mut tables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (setting, values) in settings {
        tables.entry(&setting.table).or_default().push(setting.line(&values[0]));
    }
    let table = |(name, lines): (&&str, &Vec<String>)| {
        let heading = if name.is_empty() { String::new() } else { format!("[{name}]\n") };
        heading + &lines.join("\n") + "\n"
    };
    tables.iter().map(table).collect()
}

#[test]
fn for_every_setting_each_layer_wins_over_those_below() {
    let place = Place::new();
    let settings: Vec<_> = described(&place)
        .into_iter()
        .map(|setting| {
            let values = setting.values(&place);
            (setting, values)
        })
        .collect();
    assert!(settings.len() > 8 && settings.iter().any(|(setting, _)| setting.table == "serve"));
    place.write("yaqut.toml", file_with(&settings));
    let flags: Vec<String> = settings.iter().map(|(setting, values)| setting.flag(&values[2])).collect();
    let variables: Vec<_> =
        settings.iter().map(|(setting, values)| (setting.variable(), values[1].clone())).collect();
    for (has_file, has_environment, has_flags) in
        (0..8).map(|bits| (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0))
    {
        let mut arguments = vec!["config", "show", "--format", "json"];
        if has_file {
            arguments.extend(["--config", "yaqut.toml"]);
        }
        if has_flags {
            arguments.extend(flags.iter().map(String::as_str));
        }
        let variables = if has_environment { &*variables } else { &[] };
        let run = run_with(&place, &arguments, variables).expect(0);
        let all: Value = serde_json::from_str(&run.stdout).unwrap();
        for (setting, values) in &settings {
            let shown = setting.shown(&all);
            let (origin, value) = match (has_flags, has_environment, has_file) {
                (true, _, _) => ("flag", Some(&values[2])),
                (_, true, _) => ("environment", Some(&values[1])),
                (_, _, true) => ("file", Some(&values[0])),
                _ if shown["value"].is_null() || shown["value"] == json!([]) => ("unset", None),
                _ => ("default", None),
            };
            assert_eq!(shown["origin"], origin, "{}: {shown}", setting.key);
            if let Some(value) = value {
                let shown = if setting.is_list() { &shown["value"][0] } else { &shown["value"] };
                let text = shown.as_str().map_or_else(|| shown.to_string(), ToOwned::to_owned);
                assert_eq!(text, *value, "{} by {origin}", setting.key);
            }
        }
    }
    // What is shown says the same as a file, from whatever folder.
    let arguments: Vec<&str> =
        ["config", "show"].into_iter().chain(flags.iter().map(String::as_str)).collect();
    place.write("elsewhere/shown.toml", run_with(&place, &arguments, &[]).expect(0).stdout);
    let arguments = ["config", "show", "--format", "json", "--config", "elsewhere/shown.toml"];
    let again: Value = serde_json::from_str(&run_with(&place, &arguments, &[]).expect(0).stdout).unwrap();
    let with_flags: Vec<&str> =
        [&["config", "show", "--format", "json"][..], &flags.iter().map(String::as_str).collect::<Vec<_>>()]
            .concat();
    let before: Value = serde_json::from_str(&run_with(&place, &with_flags, &[]).expect(0).stdout).unwrap();
    for (setting, _) in &settings {
        assert_eq!(setting.shown(&again)["value"], setting.shown(&before)["value"], "{}", setting.key);
        assert_eq!(setting.shown(&again)["origin"], "file", "{}", setting.key);
    }
}

#[test]
fn what_is_in_force_is_shown_with_its_origin() {
    let place = Place::new();
    place.write(
        "etc/yaqut.toml",
        "no_default_packs = true\n\n[serve]\nlisten = '0.0.0.0:50051'\npoll_interval = 60\n",
    );
    let variables = [
        ("YAQUT_WATCH".to_owned(), "poll".to_owned()),
        ("YAQUT_CONFIG".to_owned(), "etc/yaqut.toml".to_owned()),
    ];
    let arguments = ["config", "show", "--admin-listen", "off", "--pack", "/ours", "--pack", "/theirs"];
    let run = run_with(&place, &arguments, &variables).expect(0);
    for (line, origin) in [
        ("pack = [\"/ours\", \"/theirs\"]", "flag"),
        ("# index = [\"FILE\"]", "unset"),
        ("no_default_packs = true", "file etc/yaqut.toml:1"),
        ("skip_bad_packs = false", "default"),
        ("listen = \"0.0.0.0:50051\"", "file etc/yaqut.toml:4"),
        ("admin_listen = \"off\"", "flag"),
        ("watch = \"poll\"", "environment YAQUT_WATCH"),
        ("poll_interval = 60", "file etc/yaqut.toml:5"),
    ] {
        let line = format!("\n{line:44} # {origin}\n");
        assert!(format!("\n{}", run.stdout).contains(&line), "no `{line}` in\n{}", run.stdout);
    }
    let run = run_with(&place, &["config", "show", "serve"], &variables).expect(0);
    assert!(run.stdout.starts_with("[serve]\n") && !run.stdout.contains("pack"), "{}", run.stdout);
}

#[test]
fn lists_of_paths_in_variables_are_split_and_told() {
    let place = Place::new();
    let paths = std::env::join_paths(["/ours", "/their, too"]).unwrap().into_string().unwrap();
    let variables = [("YAQUT_PACK".to_owned(), paths)];
    place.write("yaqut.toml", "pack = ['/file']\n");
    let run = run_with(&place, &["config", "show", "--config", "yaqut.toml"], &variables).expect(0);
    assert!(run.stdout.contains("pack = [\"/ours\", \"/their, too\"]"), "{}", run.stdout);
    assert!(run.stdout.contains("# environment YAQUT_PACK\n"), "{}", run.stdout);
    let variables = [("YAQUT_PACK".to_owned(), String::new())];
    let run = run_with(&place, &["config", "show", "--config", "yaqut.toml"], &variables).expect(0);
    assert!(run.stdout.contains("# file yaqut.toml:1\n"), "{}", run.stdout);
}

#[test]
fn a_file_serves_every_command_and_a_flag_takes_back_what_it_says() {
    let place = Place::new();
    place.write("etc/yaqut.toml", "pack = ['../pack']\nno_default_packs = true\n");
    let run = place.run_bare(&["resolve", "Kyiv", "--config", "etc/yaqut.toml"]).expect(0);
    assert!(run.stdout.contains("Q1899"), "{}", run.stdout);
    place.run_bare(&["resolve", "Kyiv", "--pack", "no", "--config", "etc/yaqut.toml"]).expect(66);
    place.write("none.toml", "no_default_packs = true\n");
    place.run_bare(&["config", "check", "--config", "none.toml"]).expect(2).stderr_has(&["no pack"]);
    place.run_bare(&["config", "check", "--config", "none.toml", "--no-default-packs=false"]).expect(0);
}

#[test]
fn everything_wrong_in_a_file_is_told_at_once() {
    let place = Place::new();
    place.write(
        "yaqut.toml",
        "listen = '0.0.0.0:50051'\ncolour = 'never'\nquiet = true\npack = 'ours'\n\n[serve]\nadmin-listen = 'off'\n\
         listen = '50051'\npoll_interval = 0\nwatch = 'never'\nskip_bad_packs = true\n\n[resolve]\nlimit = 3\n",
    );
    for command in [&["serve"][..], &["config", "check"], &["config", "show"], &["resolve", "Kyiv"]] {
        let run = place.run_bare(&[command, &["--config", "yaqut.toml"]].concat()).expect(65);
        check_golden("config_errors.txt", &run.stderr);
    }
    let help = place.run_bare(&["serve", "--help", "--config", "yaqut.toml"]).expect(0);
    assert!(help.stdout.contains("--config <FILE>"), "{}", help.stdout);
}

#[test]
fn files_that_cannot_be_read_end_with_66() {
    let place = Place::new();
    place
        .run_bare(&["config", "check", "--config", "no.toml"])
        .expect(66)
        .stderr_has(&["no.toml", "YAQUT_CONFIG"]);
    place.run_bare(&["config", "check", "--config", "pack"]).expect(66).stderr_has(&["cannot read pack"]);
    place.write("yaqut.toml", b"# \xff\n");
    place.run_bare(&["config", "check", "--config", "yaqut.toml"]).expect(65).stderr_has(&["yaqut.toml:1:3"]);
    // An empty name is none, as for the other variables.
    run_with(&place, &["config", "check"], &[("YAQUT_CONFIG".to_owned(), String::new())]).expect(0);
}

#[test]
fn check_finds_what_serve_would() {
    let place = Place::new();
    place.write("yaqut.toml", "pack = ['pack']\nno_default_packs = true\n[serve]\ndrain = 5\n");
    let base = ["config", "check", "--config", "yaqut.toml"];
    let run = place.run_bare(&base).expect(0);
    assert!(run.stdout.starts_with("ok, of "), "{}", run.stdout);
    assert!(run.stdout.contains("0 by flags, 1 by the environment, 3 by the file\n"), "{}", run.stdout);
    for (arguments, code, part) in [
        (&["--pack", "no"][..], 66, "cannot read no"),
        (&["--pack", "yaqut.toml"], 66, "cannot read yaqut.toml"),
        (&["--index", "no.yaqut"], 66, "cannot read no.yaqut"),
        (&["--index", "pack"], 66, "it is not a file"),
        (&["--listen", "nonsense"], 2, "expected ADDRESS:PORT"),
        (&["--listen", "127.0.0.1:50052"], 2, "choose another port for --admin-listen"),
        (&["--poll-interval", "0"], 2, "1..=86400"),
    ] {
        place.run_bare(&[&base[..], arguments].concat()).expect(code).stderr_has(&[part]);
        // Before any socket is opened, the same is said.
        place
            .run_bare(&[&["serve", "--config", "yaqut.toml"][..], arguments].concat())
            .expect(code)
            .stderr_has(&[part]);
    }
    place.run_bare(&["config", "check", "--no-default-packs"]).expect(2).stderr_has(&["no pack"]);
}

#[test]
fn misspelt_variables_are_warned_of() {
    let place = Place::new();
    let variables =
        [("YAQUT_LISTEM".to_owned(), "x".to_owned()), ("YAQUT_SERVICE_HOST".to_owned(), "x".to_owned())];
    let run = run_with(&place, &["config", "show"], &variables).expect(0);
    assert_eq!(
        run.stderr,
        "warning: the variable YAQUT_LISTEM means nothing to yaqut; did you mean YAQUT_LISTEN?\n"
    );
    assert_eq!(run_with(&place, &["config", "show", "--quiet"], &variables).expect(0).stderr, "");
}
